"""What is done with runs that the store holds: listed, loaded, asked, trained again, deleted.

It imports :mod:`rnnbench.tracking` to find runs and :mod:`rnnbench.training` to use them; the
command line and notebooks import it.
"""
