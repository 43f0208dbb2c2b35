"""What grows with the number of runs, and what with the size of a run.

    python -m benchmarks.growth [--runs 10,100,1000,10000] [--axes maxlen,units,batch,depth]
        [--turns 3] [--against COMMIT]

Runs: sweeps whose training is made up, everything else real. Each number of runs is kept as soon
as it is there, so that they can be measured one at a time. With --against, an earlier commit takes
turns with this one. Sizes: short trainings by `rnnbench sweep`. See benchmarks/README.md.
"""
