"""What grows with the number of runs, and what with the size of a run.

    python -m benchmarks.growth [--runs 1,10,100,1000] [--axes maxlen,units,batch,depth]

Runs: sweeps whose training is made up, everything else real. Sizes: short trainings by
`rnnbench sweep`. See benchmarks/README.md.
"""
