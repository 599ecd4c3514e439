"""What an operator types: `python3 -m integration.cli …`, or `python3 run.py pulse …` in a checkout."""
