# Everything a user does starts here. Each target with a `## text` is listed by `make help`; what it does is in tools/run.py.

# What a user gives reaches Python through the environment, as it was typed: no line below holds any of it, so that neither a shell nor make runs
# what stands in a file's name. A variable that was not given is not exported, so that an empty one is told apart.
GIVEN := RECIPE MODEL SAMPLES PORT ENV TRUST LIMITS QUIET V PYTHON TFLM_DIR CI
$(foreach each,$(GIVEN),$(if $(filter undefined default,$(origin $(each))),,$(eval override $(each) := $$(value $(each)))$(eval export $(each))))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup setup-test setup-torture train convert firmware verify explain verify-all learn profile flash monitor serve doctor test check fuzz torture benchmark docs lock clean

help: ## this list
	@sh tools/start help

setup: ## the virtual environment and the system packages the virtual board needs
	@sh tools/start setup

setup-test:
	@sh tools/start setup test

setup-torture:
	@sh tools/start setup torture

train: ## fit the recipe's model: build/RECIPE/model.keras and its loss curve
	@sh tools/start train

convert: ## quantize to int8 and write the C sources: build/RECIPE/generated
	@sh tools/start convert

firmware: ## build the firmware for ENV
	@sh tools/start firmware

verify: ## prove that the board answers what the model says (PORT= for a real one)
	@sh tools/start verify

explain: ## which layers the error of the int8 model comes from, worst first, and what to do
	@sh tools/start explain

verify-all: ## verify every recipe, go on after a failure, and print one table
	@sh tools/start verify-all

learn: ## see it learn: build/learn.html, from the first guess to the staircase on the chip, with sliders
	@sh tools/start learn

profile: ## what each operator costs on the board (a real one: make flash profile ENV=nano33ble_compiled_profile)
	@sh tools/start profile

flash: ## build for the Arduino Nano 33 BLE and upload (finds the board, or PORT=)
	@sh tools/start flash

serve: ## keep the virtual board on a pseudo-terminal for other programs (ENV=virtual_mlperf: MLPerf Tiny's runner)
	@sh tools/start serve

monitor: ## a console to the board: type 10, read 19.0
	@sh tools/start monitor

doctor: ## check tools, permissions, ports and what may hold them
	@sh tools/start doctor

test: setup-test ## every test: Python, C++, and the pipeline on the virtual board
	@.venv/bin/python -m ruff check . && .venv/bin/python -m ruff format --check . && .venv/bin/python -m mypy && \
	  .venv/bin/python -m pytest -n auto --dist loadscope --no-loadscope-reorder

check: setup-test ## the quick ones: lint, types, unit tests
	@.venv/bin/python -m ruff check . && .venv/bin/python -m ruff format --check . && .venv/bin/python -m mypy && \
	  .venv/bin/python -m pytest -n auto --dist loadscope --no-loadscope-reorder -m "not slow"

fuzz: setup-test ## 100,000 mutated models for the reader and the compiler, and mutated samples and .keras files for theirs
	@.venv/bin/python -m tests.faults.fuzz_flatbuffer --count 100000
	@.venv/bin/python -m tests.faults.fuzz_brought --count 20000

torture: setup-torture firmware ## everything that tries to fool the verifier, as one table (under an hour)
	@.venv/bin/python -m tests.faults

benchmark: convert ## print the tables of speed and size that docs/reference/sizes.md quotes
	@.venv/bin/python -m benchmarks

docs: setup-test ## these pages as a site, without a warning: build/docs/index.html
	@.venv/bin/python -m sphinx -W --keep-going -q -b html -c docs . build/docs -d build/doctrees

lock: setup ## resolve pyproject.toml into requirements.lock and requirements-zig.lock, for every platform, with hashes
	@.venv/bin/uv pip compile pyproject.toml --extra all --extra dev --extra docs --universal --generate-hashes --upgrade --quiet --no-header \
	  --prerelease if-necessary-or-explicit --python-version 3.10 --custom-compile-command "make lock" -o requirements.lock
	@sed -n 's/^zig = \["\(.*\)"\]$$/\1/p' pyproject.toml | .venv/bin/uv pip compile - --universal --generate-hashes --upgrade --quiet --no-header \
	  --python-version 3.10 --custom-compile-command "make lock" -o requirements-zig.lock

clean: ## remove everything generated (the virtual environment stays)
	rm -rf build
