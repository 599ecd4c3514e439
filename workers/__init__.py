"""RQ jobs, the clock and the worker entry: a few lines each around integration.sync."""
