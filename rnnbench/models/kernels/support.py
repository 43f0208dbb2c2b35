"""Which configurations the kernels compute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnbench.config.schema import Config
from rnnbench.data.contract import InputSpec
from rnnbench.models.cells import check_cell

if TYPE_CHECKING:
    from rnnbench.models.kernels.steps import Step


def is_fusible(config: Config) -> bool:
    """Return whether the kernels compute what the configured recurrent layers compute.

    Cells of other kinds, other activations, and a mask where states come from the batch before are
    left to Keras's layers.
    """
    model = config.model
    if not model.depth or (model.stateful and config.data.mask):
        return False
    cell = check_cell(config.cell)
    options = config.cell.options if config.cell else {}
    return cell.kernel is not None and cell.is_usual(options)


def tells_fused(config: Config) -> bool:
    """Return whether ``training.fused`` is part of the content key.

    Versions whose kernels had no dropout, normalisation, second direction and carried states, and a
    mask only before samples whose last state is asked for, left these to Keras's layers and the key
    out. Their runs stay finished; the key is told where it is false and now makes a difference.
    """
    model = config.model
    plain = not (model.dropout or model.recurrent_dropout or model.bidirectional)
    plain = plain and not (model.stateful or model.layer_norm)
    masked = config.data.mask and not (config.data.padding == "pre" and model.head == "last")
    return is_fusible(config) and ((plain and not masked) or not config.training.fused)


def wants_kernels(config: Config) -> bool:
    """Return whether the kernels are asked for and fit; the machine may still rule them out."""
    return config.training.fused and is_fusible(config)


def step_of(config: Config) -> Step:
    """Return the time step of a configuration for which :func:`is_fusible` holds."""
    kernel = check_cell(config.cell).kernel
    assert kernel is not None
    from rnnbench.models.kernels import steps

    step: Step = getattr(steps, kernel)()
    return step


def shares_padding(config: Config, spec: InputSpec) -> bool:
    """Return whether samples of a batch may be sorted and share the states of their padding.

    A head that looks at every state needs them all, and so does a layer above one that runs against
    time. What draws a mask a sample, or carries its state over, must meet the samples in the order
    of the data; with masks of their own, samples are in different states.
    """
    model = config.model
    drawn = model.dropout or model.recurrent_dropout or model.head_dropout
    tied = drawn or model.stateful or model.bidirectional
    return spec.features is None and model.head == "last" and not tied
