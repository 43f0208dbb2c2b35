"""What a key is for, as markers on the fields of the schema: ``Annotated[int, Unit("epochs")]``.

A marker on a section holds for every key below it that has no marker of that class itself.
:mod:`rnnbench.config.keys` reads them; whatever treats some keys in its own way asks there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Literal

# What a configuration alone cannot tell: that its data are tokens, that kernels can compute it.
Fact = Literal["tokens", "fusible"]
WITHOUT: Mapping[Fact, str] = {
    "tokens": "inputs are features",
    "fusible": "Keras's layers alone can compute the model",
}


class Purpose(Enum):
    """What a key is about. Keys about a result are part of a run's content key."""

    RESULT = "determines the result"
    SEED = "determines the result, and tells replicates of one arm apart"
    SIZE = "chooses other keys, which determine the result"
    CIRCUMSTANCE = "who computes, which changes no result"
    DIAGNOSTIC = "what is measured beside a result"
    SEARCH = "how values are searched for"
    REPLICATES = "how many replicates there are"
    END = "when a sweep or a search ends: it may go on later"
    STORE = "where runs are"
    REPORT = "what a report says"
    SWEEP = "what is swept, and what counts as done"


@dataclass(frozen=True)
class Compiled:
    """Whether the key is part of the compiled program: runs that differ in it share none."""

    is_compiled: bool = True


@dataclass(frozen=True)
class Drawn:
    """Whether a search may draw the key; what makes results comparable it may not."""

    is_drawn: bool = True


@dataclass(frozen=True)
class File:
    """A file that counts by its contents, wherever it is.

    Attributes:
        names: whether arms are named and told apart by it; data are told apart by their digest.
    """

    names: bool = False


class Choice:
    """Text that is one of some names, or follows a grammar: recorded as it is.

    What a choice decides is told beside parameters: the cell and the data set of an arm.
    """


@dataclass(frozen=True)
class Compilation:
    """Which program computes a result; models without recurrence have no such choice.

    Attributes:
        same_result: whether the result is the same but for the last bits, so that arms are only
            compared by it where they differ in nothing else.
    """

    same_result: bool = True


class Implied:
    """The key follows from another one, and is here to be checked."""


class HeldOut:
    """The key decides which training samples are held out for validation."""


class OfDataSet:
    """The key says what is predicted, as a data set does: reports compare nothing across values."""


@dataclass(frozen=True)
class AfterReading:
    """A key of the data that changes nothing in the training texts that were read.

    Attributes:
        shapes_arrays: whether the prepared arrays follow from it all the same.
    """

    shapes_arrays: bool = True


@dataclass(frozen=True)
class Label:
    """What a key is called where its dotted name would be too long.

    Attributes:
        words: in sentences and tables; empty for the last part of its name.
        short: in names of arms, as in ``gru depth=2``; empty for its dotted name.
        factor: where a sentence says what arms differ in; empty for ``words``.
    """

    words: str = ""
    short: str = ""
    factor: str = ""


@dataclass(frozen=True)
class Unit:
    """What a number counts or measures, as in ``Annotated[int, Unit("epochs")]``."""

    name: str


@dataclass(frozen=True)
class IdleWhere:
    """When a key changes nothing. It is then no part of the content key.

    Attributes:
        is_logged: whether runs log it all the same; else it is no part of a dumped configuration.
    """

    is_logged: bool = False


@dataclass(frozen=True)
class IdleAt(IdleWhere):
    """The key is idle while it has this value, the one that was always meant."""

    value: object = None


@dataclass(frozen=True)
class IdleUnless(IdleWhere):
    """The key is idle unless another of its section has a value; without one, unless it is set.

    A tuple stands for any one of its values.
    """

    key: str = ""
    value: object = None

    @property
    def values(self) -> tuple[object, ...]:
        """The values of the other key with which this one counts; none where any value will do."""
        if self.value is None:
            return ()
        return self.value if isinstance(self.value, tuple) else (self.value,)


@dataclass(frozen=True)
class IdleWithout(IdleWhere):
    """The key is idle where something is not the case that a configuration alone cannot tell."""

    fact: Fact = "tokens"
    is_logged: bool = True


@dataclass(frozen=True)
class Only(IdleAt):
    """A key that only data sets with a trait have; null, and idle, for all others."""

    trait: str = ""


def is_idle(idle: IdleWhere, section: object, name: str, facts: Collection[Fact] = ()) -> bool:
    """Return whether a key changes nothing.

    Args:
        idle: its marker.
        section: with the values of the key and of those beside it.
        name: the key in its section.
        facts: what is the case of the data and the model.
    """
    if isinstance(idle, IdleAt):  # first, for most are
        value = getattr(section, name)
        return value is idle.value or (type(value) is type(idle.value) and value == idle.value)
    if isinstance(idle, IdleWithout):
        return idle.fact not in facts
    assert isinstance(idle, IdleUnless)
    other = attrgetter(idle.key)(section)
    return other not in idle.values if idle.values else other is None
