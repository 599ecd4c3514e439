"""The commands of `run.py`, one module each. Only the standard library until the environment is ready."""
