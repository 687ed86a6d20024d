"""What the desk decides and does."""
