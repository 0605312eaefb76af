"""A Keras file, read without running anything in it, and converted in a process of its own."""
