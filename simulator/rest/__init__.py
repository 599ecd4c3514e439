"""API v4: one module per kind of entity, with shapes, queries and validation apart from the routes."""
