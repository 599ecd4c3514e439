"""What the numbers mean. Pure: no clock, no database, no network."""
