"""What is remembered. The only room that knows SQLAlchemy."""
