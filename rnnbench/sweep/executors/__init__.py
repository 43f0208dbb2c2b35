"""Who trains the tasks of a sweep: the protocol of an executor, and those that there are."""
