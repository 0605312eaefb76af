"""Where the error of an int8 model comes from: its layers one by one, held against the same model in float32. docs/explain.md has the definitions."""
