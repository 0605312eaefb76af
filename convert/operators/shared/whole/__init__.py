"""ADD, SUB and MUL of int32 numbers."""
