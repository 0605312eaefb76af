"""The model as data, what a flatbuffer's bytes mean, and what stands in the way of a model: the converter's lowest room, which imports no other."""
