"""What tries to fool the verifier: damaging lines, misbehaving boards, mutants of what runs on the chip. `python -m tests.faults` prints a table."""
