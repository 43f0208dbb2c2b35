"""The sections ``cell`` and ``model``: what is trained."""

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.config.roles import Choice, Drawn, File, IdleAt, IdleUnless, IdleWithout, Label, Unit
from rnnbench.config.section import Extensible, Section

Units = Annotated[int, Field(ge=1, le=65536)]
Rate = Annotated[float, Field(ge=0, lt=1)]


class CellConfig(Extensible):
    """The recurrent cell; further keys belong to that cell and are checked by its own entry."""

    name: Annotated[
        str,
        Field(description="The recurrent cell, which the choice +cell=OPTION sets."),
        Choice(),
        Drawn(False),
    ]


class EmbeddingConfig(Section):
    """How token indices become vectors; unused where inputs are features.

    ``path`` and ``trainable`` are no part of a configuration that starts from random numbers.
    """

    kind: Annotated[
        Literal["trainable", "vectors"],
        Field(
            description="What the embedding of tokens starts from: random numbers that training "
            "changes (trainable), or word vectors (vectors)."
        ),
        Label("embedding"),
    ]
    dim: Annotated[
        Units,
        Field(
            examples=[300],
            description="Width of a token's vector, which a file of word vectors decides.",
        ),
        Unit("features"),
        Label("embedding width"),
    ]
    path: Annotated[
        str | None,
        Field(
            examples=["glove.6B.300d.txt"],
            description="File of word vectors in the format of word2vec or GloVe; null trains them "
            "on the data set's own texts (with model.embedding.kind=vectors).",
        ),
        File(names=True),
        Label("word vectors"),
        IdleUnless(key="kind", value="vectors"),
    ] = None
    trainable: Annotated[
        bool,
        Field(
            description="Whether training changes the word vectors (with "
            "model.embedding.kind=vectors)."
        ),
        Label("trained word vectors"),
        IdleUnless(key="kind", value="vectors"),
    ] = False

    @property
    def is_frozen(self) -> bool:
        """Whether training leaves the vectors as they are."""
        return self.kind == "vectors" and not self.trainable


class ModelConfig(Section):
    """A stack of recurrent layers, and a head on their states."""

    units: Annotated[
        Units,
        Field(examples=[64], description="Width of the state of each recurrent layer."),
        Unit("units"),
        Label(short="units"),
    ]
    depth: Annotated[
        int,
        Field(
            ge=1, le=8, examples=[2], description="Number of recurrent layers, one above the other."
        ),
        Unit("layers"),
        Label(short="depth", factor="layers"),
    ]
    dropout: Annotated[
        Rate,
        Field(
            examples=[0.2],
            description="Part of each recurrent layer's inputs that is set to zero in training, as "
            "Keras's layer does.",
        ),
        Unit("fraction"),
        Label(short="dropout"),
    ]
    recurrent_dropout: Annotated[
        Rate,
        Field(
            examples=[0.2],
            description="Part of the state that is set to zero in training on its way to the next "
            "step; above 0, cuDNN cannot be used.",
        ),
        Unit("fraction"),
        Label(short="recurrent_dropout"),
    ]
    l2: Annotated[
        Annotated[float, Field(ge=0)],
        Field(
            examples=[0.0001],
            description="What the squares of each recurrent layer's input weights weigh in the "
            "loss that is minimised, as with Keras's kernel_regularizer.",
        ),
        Label("L2 of input weights", "l2"),
        IdleAt(value=0.0),
    ] = 0.0
    recurrent_l2: Annotated[
        Annotated[float, Field(ge=0)],
        Field(
            examples=[0.0001],
            description="What the squares of each recurrent layer's recurrent weights weigh in the "
            "loss that is minimised, as with Keras's recurrent_regularizer.",
        ),
        Label("L2 of recurrent weights", "recurrent_l2"),
        IdleAt(value=0.0),
    ] = 0.0
    layer_norm: Annotated[
        bool,
        Field(
            description="Whether the outputs of each recurrent layer below another one are "
            "normalised over the units, by Keras's LayerNormalization."
        ),
        Label("layer normalisation", "layer_norm"),
        IdleAt(value=False),
    ] = False
    bidirectional: Annotated[
        bool,
        Field(description="Whether each layer reads the sequence in both directions."),
    ]
    stateful: Annotated[
        bool,
        Field(
            description="Whether a sample starts from the state in which the sample at its place "
            "in the batch before ended."
        ),
        Label("carried-over state", "stateful"),
        IdleAt(is_logged=True, value=False),
    ]
    head: Annotated[
        Literal["last", "flatten", "mean", "max", "none"],
        Field(
            description="What the output layer sees: the last state, or all of them flattened, "
            "averaged, or their maximum; none has no output layer and is for explain alone."
        ),
    ]
    head_dropout: Annotated[
        Rate,
        Field(
            examples=[0.5],
            description="Part of the output layer's inputs that is set to zero in training.",
        ),
        Unit("fraction"),
    ]
    embedding: Annotated[
        EmbeddingConfig,
        Field(description="How tokens become vectors; unused for features."),
        IdleWithout(fact="tokens"),
    ]
