"""One file per model: its data, its Keras layers, its input domain and its tolerance."""
