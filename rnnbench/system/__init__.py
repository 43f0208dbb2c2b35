"""What the operating system lends: cores, locks, temporary folders, paths."""
