"""How changes come in: hints, refresh, apply, backfill, sweep, install."""
