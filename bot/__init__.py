"""What the desk decides and does."""

VERSION = "0.1.0"
"""The desk's own version, as in pyproject.toml."""
