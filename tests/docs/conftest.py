"""The store of made-up runs that the examples of ``runs`` are run on."""

from tests.runs import conftest

filled = conftest.filled
