"""The same grid by loops in Keras and PyTorch, Keras Tuner, Ray Tune, `rnnbench sweep`.

    python -m benchmarks.side_by_side medium [--only rnnbench,keras_loop] [--out FOLDER]

Each contender has a process of its own, the same prepared arrays, epochs, batches, models and
seeds. See benchmarks/README.md.
"""
