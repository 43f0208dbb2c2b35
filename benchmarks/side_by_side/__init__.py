"""The same grid by a Keras loop, Keras Tuner, Ray Tune and `rnnbench sweep`, one after another.

    python -m benchmarks.side_by_side medium [--only rnnbench,keras_loop] [--out FOLDER]

Each contender has a process of its own, the same prepared arrays, epochs, batches, models and
seeds. See benchmarks/README.md.
"""
