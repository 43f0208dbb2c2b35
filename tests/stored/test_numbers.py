"""Predicted numbers, as ``predict`` writes them."""

from __future__ import annotations

import json
import math

from rnnbench.stored.answers import answers_as
from rnnbench.stored.asked import typed_text
from rnnbench.stored.predict import Prediction


def test_numbers_stand_in_place_of_classes() -> None:
    found = [Prediction("a fine film", None, math.nan, 3, 3, 48.8563675048505)]
    asked = typed_text("a fine film")
    (record,) = json.loads(answers_as("json", asked, found))
    assert record == {
        "text": "a fine film",
        "prediction": 48.85637,
        "words": 3,
        "known_words": 3,
    }
    head, line = answers_as("csv", asked, found).splitlines()
    assert head == "text,prediction,words,known_words"
    assert line == "a fine film,48.85637,3,3"
