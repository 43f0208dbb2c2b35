"""What a store holds at most, what a run costs it, and how many workers that is enough for.

    python -m benchmarks.capacity [--runs 120] [--drivers 1,2,4]

Sweeps whose training is made up, everything else real, into SQLite, into a PostgreSQL of its own
and through an MLflow server on it. See benchmarks/README.md.
"""
