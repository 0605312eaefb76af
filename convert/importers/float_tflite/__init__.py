"""A float32 .tflite file, quantized to int8 on samples by the library that Google keeps for it, ai-edge-quantizer."""
