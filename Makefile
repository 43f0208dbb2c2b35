# `make demo` and `make test` set up all that they need in .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test stress bench lint format clean

$(BIN)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: $(BIN)/.installed  ## the main job on the embedded data
	$(BIN)/python -m rnnbench sweep +cell=gru

test: $(BIN)/.installed  ## the test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not stress"

stress: $(BIN)/.installed  ## sweeps and searches killed at random moments, full disks
	RNNBENCH_CRASH_KILLS=all $(BIN)/python -m pytest -s -k "KilledAtRandom or Drivers" tests/sweep
	$(BIN)/python -m pytest -s -m stress -k "not KilledAtRandom and not Drivers" tests/sweep

bench: $(BIN)/.installed  ## side by side with Keras, Keras Tuner and Ray Tune; latency; growth
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	-$(BIN)/python -m benchmarks.side_by_side short medium long
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
