"""The data sets that rnnbench reads or makes, a module or a folder each."""
