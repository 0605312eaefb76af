"""What tries to fool the verifier: damaging lines, misbehaving boards, mutants of what runs on the chip. `python -m torture` prints one table."""
