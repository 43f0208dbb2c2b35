"""Word vectors: read from files or trained, as one matrix for a data set."""
