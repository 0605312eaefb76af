"""The lesson as a page: gradient descent from the first guess to the line, and the line's way onto the chip."""
