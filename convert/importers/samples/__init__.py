"""Files of samples in all the forms in which people keep them."""
