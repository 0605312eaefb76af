"""LOGISTIC."""
