"""What goes out: one file per outside system, each behind a port."""
