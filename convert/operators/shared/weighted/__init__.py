"""Layers with weights and a bias for each output."""
