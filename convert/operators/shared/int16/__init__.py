"""FULLY_CONNECTED and CONV_2D of int16 codes, several products at once."""
