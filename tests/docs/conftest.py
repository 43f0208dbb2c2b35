"""The store of made-up runs and the package that examples are run with."""

from tests.filled import filled
from tests.installed import package, site

__all__ = ["filled", "package", "site"]
