"""Networks of recurrent cells: what a cell is, how many parameters it has, how a model is built.

It imports :mod:`rnnbench.config` and :mod:`rnnbench.data`; training, reports and baselines import
it. Nothing here imports TensorFlow or Keras before a model is built.
"""
