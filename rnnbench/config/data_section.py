"""The section ``data``: which data set, how it is read, and the shape that it is brought to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from rnnbench.config.section import Section

Column = str | Annotated[int, Field(ge=0, lt=100_000)]
LONGEST = 100_000  # time steps
MOST_SAMPLES = 1_000_000_000


class DataConfig(Section):
    """The data set and the shape that it is brought to (``maxlen`` in time steps).

    Null is the own length of arrays as ``maxlen``; prepared data state it as a number.
    Keys that have a default belong to some data sets only (``rnnbench.data.sources``); where they
    are null they are no part of a configuration, its content key or its parameters.
    """

    name: str
    path: str | None
    num_words: Annotated[int, Field(ge=4, le=10_000_000)] | None
    maxlen: Annotated[int, Field(ge=1, le=LONGEST)] | None
    padding: Literal["pre", "post"]
    truncating: Literal["pre", "post"]
    mask: bool
    limit: Annotated[int, Field(ge=1, le=MOST_SAMPLES)] | None
    test_limit: Annotated[int, Field(ge=1, le=MOST_SAMPLES)] | None

    # How texts become tokens.
    encoding: str | None = None
    tokens: Literal["keras", "treebank", "numbers"] | None = None
    lower: bool | None = None
    punctuation: Literal["unicode"] | None = None
    start: bool | None = None
    unknown: Literal["oov", "drop", "imdb"] | None = None
    word_index: str | None = None
    # Folders of texts.
    classes: Annotated[list[str], Field(min_length=2)] | None = None
    # Tables.
    text_column: Column | None = None
    label_column: Column | None = None
    header: bool | None = None
    delimiter: str | None = None
    quoting: Literal["auto", "minimal", "none"] | None = None
    escape: str | None = None
    skip_initial_space: bool | None = None
    missing: Literal["error", "drop", "keep"] | None = None
    test_path: str | None = None
    test_fraction: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_serializer(mode="wrap")
    def _without_idle(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {
            key: value
            for key, value in handler(self).items()
            if value is not None or type(self).model_fields[key].is_required()
        }
