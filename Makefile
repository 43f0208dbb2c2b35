# `make demo` and `make test` set up all that they need in .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# Presets on real IMDB, short ones first. Runs that several of them ask for are trained once.
PRESETS := imdb_gru128_dropout imdb_gru154_dropout cells_at_500 imdb_simple_rnn32 imdb_lstm32 \
	gru_vs_lstm imdb_lstm128_dropout imdb_lstm150 maxlen stacked_simple_rnn32x4 depth \
	long_training padding carried_state optimizers suite text_simple_rnn50_vectors \
	velarde_bankex velarde_activities velarde_bankex_fair velarde_activities_fair

.PHONY: demo presets reports test docs stress bench lint format clean

$(BIN)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: $(BIN)/.installed  ## the main job on the embedded data
	$(BIN)/python -m rnnbench sweep +cell=gru

presets: $(BIN)/.installed  ## every preset into one store: many hours, can be resumed
	failed=0; for preset in $(PRESETS); do \
	  $(BIN)/python -m rnnbench sweep experiments=$$preset $(WORDS) || failed=$$?; \
	  if [ $$failed -gt 1 ]; then break; fi; \
	done; exit $$failed

reports: $(BIN)/.installed  ## the committed reports, made again from the Parquet files in them
	sed -n 's|.* by: python -m rnnbench \(report \([^ ]*\).*\)|\1 report.source=reports/\2 formats=none|p' \
	  reports/*/report.md | xargs -L 1 $(BIN)/python -m rnnbench

# Tests start many processes, and each would compile the package anew.
test stress: export PYTHONDONTWRITEBYTECODE =

# Three on two cores: tests that wait for a server, a browser or a process leave a core idle.
test: $(BIN)/.installed  ## the test suite
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder \
	  --durations 40 --durations-min 5 -m "not stress"

docs: $(BIN)/.installed  ## the documentation into docs/_build/html, offline; its examples are run
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --fresh-env docs docs/_build/html
	$(BIN)/python -m pytest -q tests/docs/test_built.py tests/docs/test_python_blocks.py

stress: $(BIN)/.installed  ## sweeps and searches killed at random moments, full disks, new examples, every case
	$(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile=random
	RNNBENCH_CRASH_KILLS=all $(BIN)/python -m pytest -s -k "KilledAtRandom or Drivers" tests/sweep
	$(BIN)/python -m pytest -s -m stress -k "not KilledAtRandom and not Drivers"

bench: $(BIN)/.installed  ## side by side with Keras, Keras Tuner, Ray Tune and PyTorch; latency; growth
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	-$(BIN)/python -m benchmarks.side_by_side short medium long
	-$(BIN)/python -m benchmarks.side_by_side short_8_seeds --only keras_summed,rnnbench
	-$(BIN)/python -m benchmarks.latency
	-$(BIN)/python -m benchmarks.growth

lint: $(BIN)/.installed  ## formatting, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(BIN)/.installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
