"""LOGISTIC and TANH of int16: straight lines between the entries of one table."""
