"""Operators that answer with one number for many: MEAN, SUM, the largest and smallest, where these are, and whether all are true."""
