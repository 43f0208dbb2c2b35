"""A summary of prepared arrays that JSON cannot hold."""

from __future__ import annotations

from rnnbench.data import prepare


def test_a_summary_that_is_nested_without_end_is_damage(configure, tmp_path) -> None:
    config = configure("digits")
    made = prepare(config, tmp_path).folder
    (made / "meta.json").write_text("[" * 100_000)
    told: list[str] = []
    assert prepare(config, tmp_path, on_progress=told.append).folder == made
    assert "is damaged" in told[0]
