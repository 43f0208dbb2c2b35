"""The section ``executor``: where runs are trained."""

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.config.roles import Choice, Unit
from rnnbench.config.section import Section


class ExecutorConfig(Section):
    """Where the runs of a sweep are trained: processes in parallel, threads in each."""

    name: Annotated[
        Literal["local", "ray", "in_process"],
        Field(
            description="Who trains the runs, which the choice executor=OPTION sets: processes on "
            "this machine, those on the nodes of a Ray cluster, or the command's own process, one "
            "run at a time, for debugging."
        ),
    ]
    address: Annotated[
        str | None,
        Field(
            min_length=1,
            examples=["ray://head.example:10001"],
            description="The cluster of executor=ray: null for a Ray of the command's own on this "
            "machine, auto for the one that this machine is a node of, HOST:6379 or "
            "ray://HOST:10001 for one at an address.",
        ),
        Choice(),
    ] = None
    workers: Annotated[
        Annotated[int, Field(ge=1, le=1024)] | Literal["auto"],
        Field(
            examples=[4],
            description="Runs that are trained in parallel, each in a process; auto divides the "
            "cores by executor.threads, is one for each GPU where there are some, and as many as "
            "are free on a Ray cluster.",
        ),
        Unit("processes"),
    ]
    threads: Annotated[
        int,
        Field(
            ge=1,
            le=1024,
            examples=[2],
            description="Threads of each process: one repeats results bit for bit, and two "
            "processes beat two threads.",
        ),
        Unit("threads"),
    ]
    gpus: Annotated[
        Annotated[float, Field(ge=0, le=1)] | Literal["auto"],
        Field(
            examples=[0.25],
            description="Share of a GPU that a process has: 1 for one of its own, 0.25 where four "
            "share one, 0 for none; auto is 1 where there are GPUs, which more workers than there "
            "are GPUs share.",
        ),
        Unit("GPUs"),
    ] = "auto"
    timeout: Annotated[
        Annotated[float, Field(ge=1, le=10_000_000)] | None,
        Field(
            examples=[1800.0],
            description="Time without a heartbeat after which a process is killed; null for no "
            "limit.",
        ),
        Unit("seconds"),
    ] = 600.0
