"""A model on this computer: the integers that a board computes, by the reference interpreter or by the generated C."""
