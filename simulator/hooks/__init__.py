"""The account's webhooks: how amoCRM words them (`bodies`) and how it brings them (`delivery`)."""
