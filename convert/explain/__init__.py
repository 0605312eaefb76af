"""Where the error of an int8 model comes from: its layers one by one, held against the same model in float32.

docs/explanation/error-sources.md has the definitions.
"""
