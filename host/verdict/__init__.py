"""Whether a board computes its model, and whether that is of use: the checks and what they come to."""
