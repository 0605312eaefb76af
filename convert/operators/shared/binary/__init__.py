"""ADD, SUB and MUL: two operands and one result."""
