"""What we claim about speed and size, each a command that prints a table: ratios of one run, or exact counts."""
