"""How amoCRM speaks: its protocol as pure functions, and the one client that talks."""
