"""An amoCRM that behaves, and misbehaves on command. Imports nothing of the product."""
