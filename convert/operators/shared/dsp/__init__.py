"""Layers with weights, for the DSP instructions of a Cortex-M4."""
