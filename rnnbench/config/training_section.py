"""The sections ``optimizer``, ``training`` and ``diagnostics``: how it is trained and measured."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer

from rnnbench.config.class_weight import canonical
from rnnbench.config.optimizers import find_optimizer
from rnnbench.config.roles import (
    Compilation,
    Compiled,
    Drawn,
    HeldOut,
    IdleAt,
    IdleUnless,
    IdleWithout,
    Label,
    Unit,
)
from rnnbench.config.schedule_section import CHANGING, MOST_EPOCHS, ScheduleConfig
from rnnbench.config.section import Extensible, Section


class OptimizerConfig(Extensible):
    """Keras's optimizer of that name; further keys belong to it and are checked by its own entry.

    Options that have the optimizer's default are no part of a configuration.
    """

    name: Annotated[
        str,
        Field(description="Keras's optimizer, which the choice optimizer=OPTION sets."),
        Label("optimizer", "optimizer"),
    ]
    learning_rate: Annotated[
        float,
        Field(
            gt=0,
            examples=[0.003],
            description="Step size of the optimizer, which training.schedule may change from epoch "
            "to epoch.",
        ),
        Compiled(False),
        Label(short="learning_rate"),
    ]
    clipnorm: Annotated[
        Annotated[float, Field(gt=0)] | None,
        Field(
            examples=[1.0],
            description="Largest norm of each variable's gradient; null for no limit.",
        ),
    ]

    @model_serializer(mode="wrap")
    def _without_idle(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dumped: dict[str, Any] = handler(self)
        optimizer = find_optimizer(self.name)
        given = self.options if optimizer is None else optimizer.given(self.options)
        return {k: v for k, v in dumped.items() if k not in self.options or k in given}


class EarlyStoppingConfig(Section):
    """Stop after some epochs without an improvement."""

    patience: Annotated[
        Annotated[int, Field(ge=1, le=MOST_EPOCHS)] | None,
        Field(
            examples=[3],
            description="Epochs without an improvement after which training stops; null trains all "
            "epochs.",
        ),
        Unit("epochs"),
    ]
    monitor: Annotated[
        Literal["val_loss", "val_accuracy", "val_rmse", "val_mae"],
        Field(
            description="Which metric early stopping watches: val_accuracy of classes, val_rmse or "
            "val_mae of targets that are numbers, val_loss of either."
        ),
    ]
    min_delta: Annotated[
        float,
        Field(
            ge=0,
            examples=[0.001],
            description="Smallest change of the monitored metric that counts as an improvement.",
        ),
    ]


class TrainingConfig(Section):
    """How long, in which batches, against which held-out data and by which path.

    ``buckets``, ``split_seed`` and ``loss`` are no part of a configuration where they are null.
    """

    epochs: Annotated[
        int,
        Field(
            ge=1,
            le=MOST_EPOCHS,
            examples=[20],
            description="How often training goes through the data.",
        ),
        Unit("epochs"),
        Label(short="epochs"),
    ]
    batch_size: Annotated[
        int,
        Field(ge=1, le=65_536, examples=[128], description="Samples that make one training step."),
        Unit("samples"),
        Compiled(),
        Label(short="batch_size"),
    ]
    buckets: Annotated[
        Annotated[int, Field(ge=2, le=10_000)] | None,
        Field(
            examples=[16],
            description="Number of length ranges into which training samples are sorted, so that a "
            "batch holds samples of similar length; null mixes all lengths.",
        ),
        Unit("length ranges"),
        Compiled(),
        IdleAt(),
        Label("buckets of length", "buckets", "batches of similar length"),
    ] = None
    loss: Annotated[
        Literal["mse", "mae", "huber"] | None,
        Field(
            description="The loss of targets that are numbers: mean squared error (mse), mean "
            "absolute error (mae), or Huber's with its bend at 1 (huber), each of scaled targets; "
            "null is mse for them, and cross-entropy for classes."
        ),
        Compiled(),
        IdleAt(),
        IdleAt(value="mse"),
        Label("loss", "loss"),
    ] = None
    class_weight: Annotated[
        str,
        BeforeValidator(canonical),
        Field(
            examples=["balanced"],
            json_schema_extra={"enum": ["none", "balanced", "{CLASS: NUMBER, CLASS: NUMBER}"]},
            description="What a sample counts for in the loss that is minimised, by its class: all "
            "alike (none), every class alike in sum (balanced), or a number for each class, as in "
            "{ham: 1, spam: 6}.",
        ),
        Compiled(),
        IdleAt(value="none"),
        Label("weights of the classes", "class_weight"),
    ] = "none"
    validation: Annotated[
        Literal["none", "split", "test"],
        Field(
            description="What each epoch is validated on: nothing, the last part of the training "
            "data (split; see training.split_seed), or the test set."
        ),
        Drawn(False),
        Label(short="validation"),
    ]
    validation_fraction: Annotated[
        float,
        Field(
            gt=0,
            lt=1,
            examples=[0.1],
            description="Part of the training data that training.validation=split sets aside.",
        ),
        Unit("fraction"),
        Drawn(False),
        HeldOut(),
        IdleUnless(is_logged=True, key="validation", value="split"),
    ]
    split_seed: Annotated[
        Literal["seed"] | None,
        Field(
            description="Whether each seed sets other training samples aside (seed), so that "
            "results speak of other training data, too, or all the last ones (null)."
        ),
        Drawn(False),
        HeldOut(),
        IdleAt(),
    ] = None
    test: Annotated[
        Literal["none", "last", "best"],
        Field(
            description="Which weights test_accuracy and test_loss are measured with: none, those "
            "of the last epoch, or those of the epoch with the best validation accuracy; unless "
            "none, test_accuracy_last and test_accuracy_best are logged beside them; where targets "
            "are numbers, test_rmse takes the place of test_accuracy."
        ),
        Drawn(False),
        Label("weights tested"),
    ]
    schedule: Annotated[
        ScheduleConfig,
        Field(
            default_factory=ScheduleConfig,
            description="How the learning rate changes from epoch to epoch.",
        ),
        IdleUnless(key="schedule.kind", value=CHANGING),
    ]
    early_stopping: Annotated[
        EarlyStoppingConfig,
        Field(description="When training stops before its last epoch."),
        IdleUnless(is_logged=True, key="early_stopping.patience"),
    ]
    jit_compile: Annotated[
        bool | Literal["auto"],
        Field(
            description="Whether XLA compiles the training step; auto says yes on a CPU and no on "
            "a GPU, where cuDNN is faster."
        ),
        Compiled(),
        Compilation(),
    ]
    fused: Annotated[
        bool,
        Field(
            description="Whether rnnbench's own loops compute a recurrent layer where they give "
            "what Keras's layer gives."
        ),
        Compiled(),
        Compilation(),
        IdleWithout(fact="fusible"),
    ]
    deterministic: Annotated[
        bool,
        Field(description="Whether TensorFlow uses deterministic operators, which rule out XLA."),
        Compiled(),
        Compilation(same_result=False),
    ]


class DiagnosticsConfig(Section):
    """What is measured beside a result and changes nothing in it: a finished run stays finished."""

    order: Annotated[
        bool,
        Field(
            description="Whether a run is tested again with the tokens of each sample shuffled, "
            "which gives order_drop and order_changed, or order_rise where targets are numbers."
        ),
    ] = False
    gradient_flow: Annotated[
        list[Annotated[int, Field(ge=0, le=MOST_EPOCHS)]] | None,
        Field(
            examples=[[0, 1, 5, 10]],
            description="Epochs after which the gradient of the loss is followed back through "
            "time, as in [0,1,5,10], 0 being before training; null for none.",
        ),
        Unit("epochs"),
    ] = None
