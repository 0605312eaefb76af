"""A float model in, an int8 flatbuffer and C sources out."""
