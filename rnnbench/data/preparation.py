"""From a configuration to arrays on disk, prepared once per configuration."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnbench.config.keys import below, shapes_arrays
from rnnbench.data.contract import Fingerprint, InputSpec, Progress
from rnnbench.data.prepared import ARRAY_NAMES, Prepared
from rnnbench.data.remarks import remarks
from rnnbench.data.soundness import inspect
from rnnbench.data.sources import source_of
from rnnbench.data.store import Contents, kept, prepared_in

if TYPE_CHECKING:
    from rnnbench.config.data_section import DataConfig

_NOT_OF_ARRAYS = below("data", lambda key: not shapes_arrays(key.name))
# Raise by hand whenever padding, file layout or facts change for the same raw data.
PREPARATION_VERSION = 2


def input_spec(config: DataConfig) -> InputSpec:
    """The shape that a model sees; raises ConfigError or DataError.

    Reads no data, except the headers and labels of the user's own files.
    """
    return source_of(config).spec(config)


def prepare(
    config: DataConfig,
    home: Path,
    *,
    on_progress: Progress = lambda _: None,
    scratch: Path | None = None,
    check: Callable[[Prepared], object] | None = None,
) -> Prepared:
    """The configured data as arrays under ``home/data``, made if they are not there yet.

    What is there is read once and compared with its digest, and made again where it has changed.
    With ``scratch``, a home of no consequence, it is made there, and the home stays as it is.
    What is made is kept unless ``check`` raises.

    Raises ConfigError for keys that do not go together, DataError for a source that cannot be
    used and StoreError for a home that cannot be written.
    """
    source = source_of(config)
    spec = source.spec(config)
    found = source.fingerprint(config)
    config = config.model_copy(update={"maxlen": spec.timesteps})
    for remark in found.remarks:
        on_progress(remark)
    key, folder = _place(config, found, home)

    def make() -> Contents:
        from rnnbench.data.contents import contents_of  # what is there already needs no NumPy

        on_progress(f"preparing data={config.name} from {found.text}")
        return contents_of(config, found, spec, source.load(config, found, on_progress), folder)

    def check_folder(new: Path, meta: dict[str, Any]) -> None:
        if check is not None:
            check(prepared_in(new, meta))

    prepared = prepared_in(
        *kept(folder, key, ARRAY_NAMES, on_progress, make, scratch, check_folder)
    )
    for remark in remarks(prepared.facts):
        on_progress(remark)
    return prepared


def missing(config: DataConfig, home: Path) -> Fingerprint | None:
    """What a data set has to be downloaded from; ``None`` where it is at hand.

    Raises ConfigError or DataError for keys or a file that are wrong.
    """
    source = source_of(config)
    spec = source.spec(config)
    found = source.fingerprint(config)
    key, folder = _place(config.model_copy(update={"maxlen": spec.timesteps}), found, home)
    is_at_hand = not found.is_remote or inspect(folder, key, ARRAY_NAMES).meta is not None
    return None if is_at_hand else found


def _place(config: DataConfig, found: Fingerprint, home: Path) -> tuple[str, Path]:
    """The key of prepared arrays, and their folder."""
    key = prep_key(config, found)
    return key, Path(home).absolute() / "data" / f"{config.name}-{key[:16]}"


def prep_key(config: DataConfig, found: Fingerprint) -> str:
    """SHA-256 of all that determines the arrays; paths and ``mask`` do not."""
    parts = {
        "version": PREPARATION_VERSION,
        "identity": found.identity,
        **config.model_dump(exclude=_NOT_OF_ARRAYS),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
