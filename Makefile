# Everything a user does starts here. Each target with a `## text` is listed by `make help`, in the groups that `##@` begins; tools/run.py does them.

# What a user gives reaches Python through the environment, as it was typed: no line below holds any of it, so that neither a shell nor make runs
# what stands in a file's name. A variable that was not given is not exported, so that an empty one is told apart.
GIVEN := RECIPE MODEL MODELS SAMPLES PORT PLACE PLACES COORDINATOR UPLOAD ENV MLPERF TRUST LIMITS ACTIVATIONS QUIET V PYTHON TFLM_DIR CI
$(foreach each,$(GIVEN),$(if $(filter undefined default,$(origin $(each))),,$(eval override $(each) := $$(value $(each)))$(eval export $(each))))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup setup-test setup-bench setup-torture train convert firmware verify explain verify-all verify-models verify-boards verify-bench learn profile flash monitor serve doctor test check fuzz torture benchmark docs lock clean

##@ Use

verify: ## prove that the board answers what the model says
	@sh tools/start verify

flash: ## build for a connected board and upload
	@sh tools/start flash

monitor: ## a console to the board: type 10, read 19.0
	@sh tools/start monitor

train: ## fit the recipe's model and draw its loss curve
	@sh tools/start train

convert: ## quantize to int8 and write the C sources
	@sh tools/start convert

firmware: ## build the firmware
	@sh tools/start firmware

verify-all: ## verify every recipe and print one table
	@sh tools/start verify-all

verify-models: ## verify every model in the folder MODELS
	@sh tools/start verify-models

verify-boards: ## verify on every virtual board
	@sh tools/start verify-boards

verify-bench: ## verify at the PLACES of a labgrid coordinator
	@sh tools/start verify-bench

serve: ## keep the virtual board open for other programs
	@sh tools/start serve

##@ Look

learn: ## the lesson, build/learn.html: see it learn
	@sh tools/start learn

explain: ## which layers the error of the int8 model comes from
	@sh tools/start explain

profile: ## what each operator costs on the board
	@sh tools/start profile

doctor: ## check tools, permissions and ports
	@sh tools/start doctor

##@ Check

test: setup-test ## every test, with the pipeline on the virtual board
	@.venv/bin/python -m ruff check . && .venv/bin/python -m ruff format --check . && .venv/bin/python -m mypy && \
	  .venv/bin/python -m pytest -n auto --dist loadscope --no-loadscope-reorder

check: setup-test ## the quick ones: lint, types, unit tests
	@.venv/bin/python -m ruff check . && .venv/bin/python -m ruff format --check . && .venv/bin/python -m mypy && \
	  .venv/bin/python -m pytest -n auto --dist loadscope --no-loadscope-reorder -m "not slow"

torture: setup-torture firmware ## everything that tries to fool the verifier (an hour)
	@.venv/bin/python -m tests.faults

fuzz: setup-test ## 100,000 damaged models, samples and .keras files
	@.venv/bin/python -m tests.faults.fuzz_flatbuffer --count 100000
	@.venv/bin/python -m tests.faults.fuzz_brought --count 20000

##@ Develop

help: ## this list
	@sh tools/start help

setup: ## the environment, and what the virtual board needs
	@sh tools/start setup

setup-bench: ## labgrid, in an environment of its own
	@sh tools/start setup bench

setup-test:
	@sh tools/start setup test

setup-torture:
	@sh tools/start setup torture

benchmark: convert ## print the tables that docs/reference/sizes.md quotes
	@.venv/bin/python -m benchmarks

docs: setup-test ## the pages as a site: build/docs/index.html
	@.venv/bin/python -m sphinx -W --keep-going -q -b html -c docs . build/docs -d build/doctrees

lock: setup ## resolve pyproject.toml into the lock files, with hashes
	@.venv/bin/uv pip compile pyproject.toml --extra all --extra dev --extra docs --universal --generate-hashes --upgrade --quiet --no-header \
  --prerelease if-necessary-or-explicit --python-version 3.10 --custom-compile-command "make lock" -o requirements.lock
	@sed -n 's/^zig = \["\(.*\)"\]$$/\1/p' pyproject.toml | .venv/bin/uv pip compile - --universal --generate-hashes --upgrade --quiet --no-header \
	  --python-version 3.10 --custom-compile-command "make lock" -o requirements-zig.lock
	@sed -n 's/^labgrid = \["\(.*\)"\]$$/\1/p' pyproject.toml | .venv/bin/uv pip compile - --universal --generate-hashes --upgrade --quiet --no-header \
	  --python-version 3.10 --custom-compile-command "make lock" -o requirements-labgrid.lock

clean: ## remove everything generated but the environment
	rm -rf build
