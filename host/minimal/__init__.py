"""A wrong answer made small: the least input that shows it, the layer where it begins, and a C file that repeats it without the model."""
