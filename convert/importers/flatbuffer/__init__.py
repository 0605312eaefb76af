"""A .tflite file, read without TensorFlow and without believing anything in it."""
