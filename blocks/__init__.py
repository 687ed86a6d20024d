"""What the desk looks like: pure functions from values to Block Kit."""
