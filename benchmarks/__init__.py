"""Measurements with goals: `python3 run.py bench NAME`. Each prints one JSON line per figure, see `figures`."""
