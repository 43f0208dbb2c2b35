"""Finished runs divided into what can be compared, with their comparisons.

No pandas here: the end of a sweep tells its verdicts, too, and must come at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rnnbench.config.schema import ReportConfig
from rnnbench.formatting.natural import natural_key
from rnnbench.report.dataset_section import DatasetSection
from rnnbench.report.families import compare_families, family_words, looks_words
from rnnbench.report.pairs import Pair, related
from rnnbench.report.titles import length_words, section_key, section_titles
from rnnbench.results.answers import Answers
from rnnbench.results.arm_runs import ArmRuns
from rnnbench.results.margins import in_unit
from rnnbench.results.measure import all_have_best, choose
from rnnbench.results.protocols import divide
from rnnbench.results.rows import Rows, called
from rnnbench.tracking.looks import Looked


@dataclass(frozen=True)
class KnownSections:
    """What is known beside the finished runs.

    Attributes:
        trials: number of ended trials by study.
        failed: by content key of an arm, the seeds that failed and have no finished run.
        answers: by weights and run id, which test samples were answered rightly.
        looks: with how many seeds the arms were looked at before, oldest first.
    """

    trials: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, frozenset[int]] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    looks: Sequence[Looked] = ()


def compared_sections(
    done: Rows, options: ReportConfig, known: KnownSections
) -> list[DatasetSection]:
    """Return the finished runs divided into what can be compared, with their comparisons.

    What is compared by one measure on one data set is one family, over all its sections.
    """
    divided = [
        (", ".join(part for part in (title, words or length_words(group.rows)) if part), arms)
        for title, group in _sections(done)
        for words, arms in divide(group, known.trials, known.failed)
    ]
    by_data: dict[str, list[ArmRuns]] = {}
    for _, arms in divided:
        by_data.setdefault(arms[0].data_name, []).extend(arms)
    has_best = {data: all_have_best(arms) for data, arms in by_data.items()}
    datasets: list[DatasetSection] = []
    pairs: list[tuple[str, Pair]] = []
    for title, arms in divided:
        data = arms[0].data_name
        measure = choose(arms, options.metric, has_best=has_best[data])
        clean, refused = related(arms, measure)
        pairs += [(data, pair) for pair in clean]
        key = section_key(called(arms[0].rows[0]), [dataset.key for dataset in datasets])
        own = in_unit(options, measure, arms)
        dataset = DatasetSection(key, title, tuple(arms), tuple(clean), tuple(refused), own)
        datasets.append(replace(dataset, measure=measure, as_configured=options))
    compared = iter(compare_families(pairs, options, known.answers, known.looks))
    return [
        replace(
            dataset,
            pairs=tuple(next(compared) for _ in dataset.pairs),
            family=family_words(dataset, pairs) + looks_words(dataset, pairs, known.looks),
        )
        for dataset in datasets
    ]


def _sections(done: Rows) -> list[tuple[str, Rows]]:
    places: dict[str, list[int]] = {}
    for place, title in enumerate(section_titles(done.rows)):
        places.setdefault(title, []).append(place)
    return [(title, done.take(places[title])) for title in sorted(places, key=natural_key)]
