# Everything a user does starts here. Each target with a `## text` is listed by `make help`.
RECIPE ?= linear
ENV ?= virtual
PORT ?=
PYTHON ?= python3
BUILD := build
export TFLM_DIR

# A model of your own instead of a recipe; its folder in build/ is named after the file (convert/brought.py makes the same name).
ifdef MODEL
override RECIPE := model_$(shell basename "$(MODEL)" | sed 's/\.[^.]*$$//' | tr 'A-Z' 'a-z' | tr -c 'a-z0-9\n' '_')
endif

PY := .venv/bin/python
OUT := $(BUILD)/$(RECIPE)
SHARED := $(wildcard common/*.py) requirements.lock
TRAINING := $(wildcard training/*.py training/recipes/$(RECIPE).py)
CONVERT := $(wildcard convert/*.py convert/*/*.py convert/templates/* convert/*/*.j2)
MANIFEST := $(OUT)/generated/manifest.json
AT_ONCE := -n auto --dist loadscope
SHOW := $(if $(QUIET),--quiet)$(if $(V), --verbose)
# A board behind a port says what it runs; an ENV that somebody gave is demanded of it.
ON := $(if $(PORT),--port $(PORT) $(if $(filter-out file,$(origin ENV)),--env $(ENV)),--env $(ENV))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-test setup-torture train convert firmware verify explain verify-all learn profile flash monitor serve doctor test check fuzz torture benchmark lock clean always

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  RECIPE=$(RECIPE)  ENV=$(ENV) (virtual, virtual_tflm, nano33ble, nano33ble_compiled)  PORT=/dev/ttyACM0  TFLM_DIR=folder"
	@echo "  MODEL=own.tflite, or MODEL=own.keras SAMPLES=inputs.npy (TRUST=1 where it holds a Lambda), instead of a recipe"
	@echo "  QUIET=1 shows results and errors only, V=1 also what TensorFlow, PlatformIO and the others say"

setup: ## the virtual environment and the system packages the virtual board needs
	@$(PYTHON) tools/bootstrap.py $(if $(PORT),none,virtual) $(RECIPE)

setup-test:
	@$(PYTHON) tools/bootstrap.py $(if $(CI),ci,test)

train: $(OUT)/training.json ## fit the recipe's model: build/RECIPE/model.keras and its loss curve

convert: $(MANIFEST) ## quantize to int8 and write the C sources: build/RECIPE/generated

firmware: convert ## build the firmware for ENV
	@$(PY) -m host build $(RECIPE) --env $(ENV) $(SHOW)

verify: $(if $(PORT),convert,firmware) ## prove that the board answers what the model says (PORT= for a real one)
	@$(PY) -m host verify $(RECIPE) $(ON) $(SHOW)

explain: convert ## which layers the error of the int8 model comes from, worst first, and what to do
	@$(PY) -m host explain $(RECIPE) --build $(BUILD) $(SHOW)

verify-all: setup ## verify every recipe, go on after a failure, and print one table
	@seconds=; for name in $$($(PY) -m host summary --names); do \
	  rm -f $(BUILD)/$$name/verdict.json; start=$$(date +%s); \
	  $(MAKE) --no-print-directory verify RECIPE=$$name || echo "$$name did not pass" >&2; \
	  seconds="$$seconds $$name=$$(($$(date +%s) - start))"; \
	done; $(PY) -m host summary --build $(BUILD) --seconds $$seconds

learn: setup ## see it learn: build/learn.html, from the first guess to the staircase on the chip, with sliders
	@$(MAKE) --no-print-directory convert RECIPE=linear MODEL=
	@$(MAKE) --no-print-directory train RECIPE=sine MODEL=
	@$(PY) -m learn --build $(BUILD)

profile: convert ## what each operator costs on the board (a real one: make flash profile ENV=nano33ble_compiled_profile)
	@$(PY) -m host profile $(RECIPE) $(if $(PORT),--port $(PORT)) --env $(ENV:%_profile=%) $(SHOW)

flash: ENV := $(if $(filter nano33ble%,$(ENV)),$(ENV),nano33ble)
flash: convert ## build for the Arduino Nano 33 BLE and upload (finds the board, or PORT=)
	@$(PY) -m host flash $(RECIPE) --env $(ENV) $(if $(PORT),--port $(PORT)) $(SHOW)

serve: firmware ## keep the virtual board on a pseudo-terminal for other programs (ENV=virtual_mlperf: MLPerf Tiny's runner)
	@$(PY) -m host serve $(RECIPE) --env $(ENV)

monitor: $(if $(PORT),setup,firmware) ## a console to the board: type 10, read 19.0
	@$(PY) -m host monitor $(RECIPE) $(ON)

doctor: setup ## check tools, permissions, ports and what may hold them
	@$(PY) -m host doctor

test: setup-test ## every test: Python, C++, and the pipeline on the virtual board
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy && $(PY) -m pytest $(AT_ONCE)

check: setup-test ## the quick ones: lint, types, unit tests
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m mypy && $(PY) -m pytest $(AT_ONCE) -m "not slow"

fuzz: setup-test ## 100,000 mutated models for the reader and the compiler, and mutated samples and .keras files for theirs
	@$(PY) -m tests.fuzz_flatbuffer --count 100000
	@$(PY) -m tests.fuzz_brought --count 20000

setup-torture:
	@$(PYTHON) tools/bootstrap.py torture

torture: setup-torture firmware ## everything that tries to fool the verifier, as one table (under an hour)
	@$(PY) -m torture

benchmark: convert ## print the tables that the README quotes
	@$(PY) -m benchmarks

lock: setup ## resolve pyproject.toml into requirements.lock, for every platform, with hashes
	@.venv/bin/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --upgrade --quiet --no-header \
	  --prerelease if-necessary-or-explicit --python-version 3.10 --custom-compile-command "make lock" -o requirements.lock

clean: ## remove everything generated (the virtual environment stays)
	rm -rf $(BUILD)

# The stages, each redone only when what it is made from has changed. The outputs' times do not move when their content stays the
# same, so a stamp beside them remembers when the stage last ran.
$(OUT)/training.json: $(OUT)/.trained ;
$(MANIFEST): $(OUT)/.converted ;
missing = $(if $(wildcard $(1)),,always)

$(OUT)/.trained: $(TRAINING) $(SHARED) $(call missing,$(OUT)/training.json) | setup
	@$(PY) -m training fit $(RECIPE) --build $(BUILD) $(SHOW)
	@touch $@

ifdef MODEL
$(OUT)/.converted: always | setup
	@$(PY) -m convert --model "$(MODEL)" $(if $(SAMPLES),--samples "$(SAMPLES)") $(if $(TRUST),--trust) --build $(BUILD) $(SHOW)
	@touch $@
else
$(OUT)/.converted: $(OUT)/.trained $(CONVERT) $(call missing,$(MANIFEST)) | setup
	@$(PY) -m convert $(RECIPE) --build $(BUILD) $(SHOW)
	@touch $@
endif
