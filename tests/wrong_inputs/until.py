"""Sweeps that end when their comparisons are decided."""

from __future__ import annotations

from tests.wrong_inputs.row import row

DECIDED = "sweep data=digits until=decided"
ROWS = [
    row("sweep until=decidde", "until", "decided", "null"),
    row(f"{DECIDED} seeds=5", "seeds", "type most_seeds=5", "leave until out"),
    row(f"{DECIDED} most_seeds=9 seeds=5", "seeds", "until=decided"),
    row("plan until=decided seeds=5", "seeds", "type most_seeds=5"),
    row("sweep most_seeds=9", "most_seeds", "until=decided", "seeds=9"),
    row("report mine most_seeds=9", "most_seeds", "until=decided"),
    row(f"{DECIDED} most_seeds=3", "most_seeds", "at least 6", "seeds=3"),
    row(f"{DECIDED} most_seeds=1", "most_seeds", "at least 2"),
    row(f"{DECIDED} most_seeds=many", "most_seeds", "whole number"),
    row(f"{DECIDED} most_seeds=5,9", "most_seeds", "one value"),
    row("sweep until=null,decided", "until", "one value"),
    row(f"{DECIDED} most_seeds=10000 model.units=1,2,3,4", "most_seeds", "100,000 runs"),
    row(f"{DECIDED} report.margin=0", "report.margin", "above 0"),
    row(f"{DECIDED} training.test=none", "training.test", "last or best"),
    *(
        row(f"{DECIDED} training.validation=none report.metric={m}", "training.validation", m)
        for m in ("best_val_accuracy", "test_accuracy_best", "gap_final", "val_loss_rise")
    ),
    row(f"{DECIDED} report.metric=test_accuracy_shuffled", "diagnostics.order", "true", "false"),
    row(f"{DECIDED} +cell=gru", "until", "two arms or more", "+cell=lstm,gru"),
    row("plan until=decided +cell=gru data=digits", "until", "two arms or more"),
    row("train +cell=gru until=decided", "until", "use sweep"),
    row("baseline bag_of_words data=digits until=decided", "until", "null", "seeds="),
]
