"""The section ``data``: which data set, how it is read, and the shape that it is brought to."""

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.config.roles import AfterReading, Choice, Compiled, File, HeldOut, Label, Only, Unit
from rnnbench.config.section import Extensible, Section
from rnnbench.config.series_section import Column, SeriesKeys

Samples = Annotated[int, Field(ge=1, le=1_000_000_000)]
LONGEST = 100_000  # time steps


class SampleKeys(Section):
    """Keys of every data set, then those of texts and tables."""

    name: Annotated[
        str,
        Field(description="The data set's name, which the choice data=OPTION sets."),
        Choice(),
    ]
    path: Annotated[
        str | None,
        Field(
            examples=["mine.csv"],
            description="File or folder of the data; null where the data set needs none, or for "
            "imdb the file in RNNBENCH_IMDB, Keras's cache or Keras's download.",
        ),
        File(),
    ]
    num_words: Annotated[
        Annotated[int, Field(ge=4, le=10_000_000)] | None,
        Field(
            examples=[20_000],
            description="Size of the vocabulary, special tokens included: rarer words are read as "
            "unknown; null for data without tokens.",
        ),
        Unit("words"),
        Label("vocabulary"),
    ]
    maxlen: Annotated[
        Annotated[int, Field(ge=1, le=LONGEST)] | None,
        Field(
            examples=[200],
            description="Length to which every sample is padded or cut; null keeps the length that "
            "arrays of features have, and is 100 for tokens.",
        ),
        Unit("time steps"),
        AfterReading(),
        Label(short="maxlen", factor="length"),
    ]
    padding: Annotated[
        Literal["pre", "post"],
        Field(description="Whether short samples are filled up at their beginning or their end."),
        AfterReading(),
    ]
    truncating: Annotated[
        Literal["pre", "post"],
        Field(description="Whether long samples lose their beginning or their end."),
        AfterReading(),
    ]
    mask: Annotated[
        bool,
        Field(description="Whether the network skips the padding."),
        AfterReading(shapes_arrays=False),
        Compiled(),
        Label(short="mask", factor="masking of padding"),
    ]
    limit: Annotated[
        Samples | None,
        Field(
            examples=[1000],
            description="Number of training samples to use; null uses all there are, or as many as "
            "a generator usually makes.",
        ),
        Unit("samples"),
        HeldOut(),
        Label("training samples"),
    ]
    test_limit: Annotated[
        Samples | None,
        Field(
            examples=[1000], description="Number of test samples to use; null uses all there are."
        ),
        Unit("samples"),
        AfterReading(),
    ]

    # What is learned.
    task: Annotated[
        Literal["classification", "regression", "auto"] | None,
        Field(
            description="What labels are: classes (classification, or null) or numbers to predict "
            "(regression); auto takes them for numbers where they have decimal places."
        ),
        Only(trait="own labels"),
    ] = None

    # How texts become tokens.
    encoding: Annotated[
        str | None,
        Field(
            examples=["cp1252"],
            description="Encoding of the files, as in cp1252; null or auto reads UTF-8, or what a "
            "byte order mark says.",
        ),
        Only(trait="encoded"),
    ] = None
    tokens: Annotated[
        Literal["keras", "treebank", "whitespace", "characters", "regex", "numbers"] | None,
        Field(
            description="How texts are split: keras into lower-case words without punctuation, "
            "treebank by the rules of the Penn Treebank, whitespace into what stands between white "
            "space, characters into single characters, regex into what data.token_pattern matches, "
            "numbers into token numbers as they stand; null where the data are no texts."
        ),
        Only(trait="texts"),
    ] = None
    token_pattern: Annotated[
        str | None,
        Field(
            examples=[r"\w+"],
            description="Regular expression, as of Python's re, of which every match is a token of "
            "data.tokens=regex; null with other tokens.",
        ),
        Only(trait="texts"),
    ] = None
    lower: Annotated[
        bool | None,
        Field(
            description="Whether texts are read in lower case; null is true for data.tokens=keras "
            "and false for all others."
        ),
        Only(trait="texts"),
    ] = None
    punctuation: Annotated[
        Literal["unicode"] | None,
        Field(
            description="With unicode, typographic quotation marks, dashes and dots are read as "
            "their ASCII forms; null reads them as data.tokens does."
        ),
        Only(trait="texts"),
    ] = None
    start: Annotated[
        bool | None,
        Field(
            description="Whether every text begins with the start token, number 1; null where the "
            "data are no texts."
        ),
        Only(trait="texts"),
    ] = None
    unknown: Annotated[
        Literal["oov", "drop", "imdb"] | None,
        Field(
            description="What becomes of words outside the vocabulary: oov makes them token 2, "
            "drop leaves them out, imdb numbers words and tokens as Keras's IMDB does; null where "
            "the data are no texts."
        ),
        Only(trait="texts"),
    ] = None
    word_index: Annotated[
        str | None,
        Field(
            examples=["imdb_word_index.json"],
            description="JSON file of words and their ranks from 1, such as Keras's "
            "imdb_word_index.json; null ranks the words of the training texts by frequency, and "
            "for imdb looks for Keras's file where it is needed.",
        ),
        File(),
        Only(trait="ranks"),
    ] = None
    # Folders of texts.
    classes: Annotated[
        Annotated[list[str], Field(min_length=2)] | None,
        Field(
            examples=[["neg", "pos"]],
            description="Names of the class folders to use, as in [neg,pos]; null uses the folders "
            "that train/ and test/ both have.",
        ),
        Only(trait="folders"),
    ] = None
    # Tables.
    text_column: Annotated[
        Column | None,
        Field(
            examples=["review"],
            description="Name of the column of texts, or its number from 0; null where the data "
            "are no table.",
        ),
        Only(trait="table"),
    ] = None
    label_column: Annotated[
        Column | None,
        Field(
            examples=["sentiment"],
            description="Name of the column of class labels, or its number from 0; null where the "
            "data are no table.",
        ),
        Only(trait="table"),
    ] = None
    header: Annotated[
        bool | None,
        Field(
            description="Whether the first line names the columns: null or true says so, and with "
            "false columns are numbers from 0."
        ),
        Only(trait="dialect"),
    ] = None
    delimiter: Annotated[
        str | None,
        Field(
            examples=["semicolon"],
            description="What separates columns: comma, semicolon, tab, pipe, or any one "
            "character; null where the data are no table.",
        ),
        Only(trait="dialect"),
    ] = None
    quoting: Annotated[
        Literal["auto", "minimal", "none"] | None,
        Field(
            description="Whether quotation marks enclose fields: null or auto says yes and remarks "
            "on marks that may stand alone, minimal says yes, none takes them as text."
        ),
        Only(trait="dialect"),
    ] = None
    escape: Annotated[
        str | None,
        Field(
            examples=["backslash"],
            description=r"What takes the next character's meaning away, as in \": backslash, or "
            "any one character; null for nothing.",
        ),
        Only(trait="dialect"),
    ] = None
    skip_initial_space: Annotated[
        bool | None,
        Field(
            description="Whether a quotation mark after the delimiter and a space encloses a "
            "field, too; null is false."
        ),
        Only(trait="dialect"),
    ] = None
    missing: Annotated[
        Literal["error", "drop", "keep"] | None,
        Field(
            description="What happens to rows without a text or label: null refuses them, error "
            "refuses texts such as NA, too, drop leaves all of them out, keep takes NA as text or "
            "label."
        ),
        Only(trait="table"),
    ] = None
    test_path: Annotated[
        str | None,
        Field(
            examples=["test.csv"],
            description="A second file of the same columns, which is the test set; null where "
            "data.test_fraction says how much of the first file is.",
        ),
        File(),
        Only(trait="table"),
    ] = None
    test_fraction: Annotated[
        Annotated[float, Field(gt=0, lt=1)] | None,
        Field(
            examples=[0.2],
            description="Part of each class that is set aside as the test set; null where "
            "data.test_path names a file of it.",
        ),
        Unit("fraction"),
        Only(trait="table"),
    ] = None


class DataConfig(SeriesKeys, SampleKeys, Extensible):
    """The data set and the shape that it is brought to.

    Keys that have a default belong to some data sets only (``rnnbench.data.sources``); where they
    are null they are no part of a configuration, its content key or its parameters. Further keys
    belong to a data set of the user's own, which checks them.
    """
