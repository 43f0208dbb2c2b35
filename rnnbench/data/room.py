"""How much fits: the memory that is free, the disk that is free, and arrays that fit neither."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rnnbench.errors import ConfigError

# Arrays up to this size may be padding for the most part.
_SMALL = 2**30
_CGROUP = Path("/sys/fs/cgroup")


def available_memory() -> int | None:
    """Bytes that this process could still take, ``None`` where the system does not say."""
    found = []
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")]
        most, used = ((_CGROUP / f"memory.{name}").read_text() for name in ("max", "current"))
        found += [int(most) - int(used)]
    except (OSError, ValueError):
        pass
    return min(found, default=None)


@contextmanager
def memory_limit(extra: int) -> Iterator[None]:
    """Let this process take ``extra`` more bytes of addresses and then raise MemoryError.

    It binds where the system has ``/proc``, which is where it is told how much there is already.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (ImportError, OSError, ValueError):
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    limits = [pages * resource.getpagesize() + extra, *(n for n in before if n >= 0)]
    resource.setrlimit(resource.RLIMIT_AS, (min(limits), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def check_size(samples: int, width: int, maxlen: int, longest: int, folder: Path) -> None:
    """Refuse arrays that are nearly all padding, or that the disk has no room for.

    Args:
        samples: of training and test together.
        width: bytes of a time step.
        maxlen: time steps that each sample is brought to.
        longest: time steps of the longest sample.
        folder: where they are to be written.

    Raises:
        ConfigError: naming ``data.maxlen``.
    """
    size = samples * width * maxlen
    told = f"{maxlen}, which takes {size / 2**30:,.1f} GiB for {samples:,} samples"
    if size > _SMALL and maxlen > 2 * longest:
        raise ConfigError(
            "data.maxlen",
            f"about {longest} time steps, which the longest sample has",
            told,
            "lower data.maxlen",
        )
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    if size > free:
        raise ConfigError(
            "data.maxlen",
            f"arrays that fit into the {free / 2**30:,.1f} GiB free in {place}",
            told,
            "lower data.maxlen or data.limit, or choose another disk with home=...",
        )
