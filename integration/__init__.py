"""Pulse: sales managers' KPIs inside amoCRM. Six rooms, imports point downwards only (docs/architecture.md)."""
