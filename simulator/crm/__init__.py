"""What an account remembers and how it changes; knows nothing of HTTP."""
