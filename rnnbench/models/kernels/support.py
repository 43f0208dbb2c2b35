"""Which configurations the kernels compute."""

from __future__ import annotations

from rnnbench.config.schema import Config
from rnnbench.data.contract import InputSpec
from rnnbench.models.cells import check_cell
from rnnbench.models.kernels import steps


def is_fusible(config: Config) -> bool:
    """Return whether the kernels compute what the configured recurrent layers compute.

    Dropout, normalisation, a second direction, states from the batch before, other activations, and
    a mask anywhere but before samples whose last state is asked for are left to Keras's layers.
    """
    model = config.model
    if not model.depth:
        return False
    cell = check_cell(config.cell)
    options = config.cell.options if config.cell else {}
    plain = not (model.dropout or model.recurrent_dropout or model.bidirectional)
    plain = plain and not (model.stateful or model.layer_norm)
    masked = config.data.mask and not (config.data.padding == "pre" and model.head == "last")
    return cell.kernel is not None and cell.is_usual(options) and plain and not masked


def wants_kernels(config: Config) -> bool:
    """Return whether the kernels are asked for and fit; the machine may still rule them out."""
    return config.training.fused and is_fusible(config)


def step_of(config: Config) -> steps.Step:
    """Return the time step of a configuration for which :func:`is_fusible` holds."""
    kernel = check_cell(config.cell).kernel
    assert kernel is not None
    step: steps.Step = getattr(steps, kernel)()
    return step


def shares_padding(config: Config, spec: InputSpec) -> bool:
    """Return whether samples of a batch may be sorted and share the states of their padding.

    A head that looks at every state needs them all; one that draws a mask a sample must meet the
    samples in the order of the data, to draw for each what it draws under Keras.
    """
    model = config.model
    return spec.features is None and model.head == "last" and not model.head_dropout
