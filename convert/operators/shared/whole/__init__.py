"""ADD, SUB, MUL and DIV of int32 numbers."""
