"""What `make` starts before anything is set up: it needs a Python 3 and nothing else."""
