"""Networks of recurrent cells: what a cell is, how many parameters it has, how a model is built."""
