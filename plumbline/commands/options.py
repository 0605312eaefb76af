"""The options that commands share, and how a command is made of its function: `@define("example", takes=(MODEL, PORT), result="...")`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from plumbline.commands.completion import complete, complete_target
from plumbline.common import boards, mlperf, usage
from plumbline.common.activations import ACTIVATIONS, INT8, check_activations
from plumbline.common.board_description import Environment
from plumbline.common.errors import UsageError
from plumbline.common.progress import Output, choose
from plumbline.common.text import printable
from plumbline.pipeline import environment, project, target
from plumbline.pipeline.environment import Chosen
from plumbline.pipeline.target import Target, expanded
from plumbline.pipeline.work import Work


@dataclass(frozen=True)
class Given:
    """What was given on the command line of the options below; None or False is what was not."""

    target: str | None = None
    build: Path | None = None
    samples: Path | None = None
    trust: bool = False
    limits: str | None = None
    activations: str | None = None
    anew: bool = False
    only: bool = False
    port: str | None = None
    place: str | None = None
    coordinator: str | None = None
    upload: str | None = None
    env: str | None = None
    board: str | None = None
    engine: str | None = None
    quiet: bool = False
    json: bool = False
    verbose: bool = False

    @property
    def show(self) -> tuple[str, ...]:
        """The options of what a stage shows."""
        return tuple(f"--{name}" for name in ("quiet", "json", "verbose") if getattr(self, name))

    @property
    def silent(self) -> bool:
        """Whether a person wants no report on standard output."""
        return self.quiet or self.json

    @property
    def results(self) -> Path:
        """The build folder: the one that was given, else the project's."""
        return self.build or project.find().build

    def work(self, *, per_channel_dense: bool = False) -> Work:
        """What the command is about: what was given, else what plumbline.toml says. What it says of its model counts for that model alone.

        Raises:
            UsageError: nothing says what it is about, or plumbline.toml makes no sense.
            UnknownRecipe: what was given cannot be a recipe's name.
        """
        found = project.find()
        text = self.target or found.target
        if text is None:
            raise target.nothing_given()
        about = Target.parse(text)
        mine = found.target is not None and (self.target is None or about == Target.parse(found.target))
        build = self.build or found.build
        bare = self.only and about.file is None and about.model is None
        samples = self.samples or (found.samples if mine else None)
        trust = self.trust or (mine and found.trust)
        limits = found.limits if self.limits is None and mine else self.limits
        activations = self.activations or (found.activations if mine else None) or INT8
        work = Work(
            target=about,
            build=build,
            name=target.folder_of(text) if bare else about.folder(build),
            samples=samples,
            trust=trust,
            limits=limits,
            activations=activations,
            per_channel_dense=per_channel_dense,
            board=self.board or found.board,
            anew=self.anew,
            show=self.show,
        )
        if not bare:
            given = [text, *([f"--samples={self.samples}"] if self.samples else []), *(["--trust"] * self.trust)]
            given += [f"--activations={self.activations}"] if self.activations else []
            usage.remember(work.name, *(given if self.target else []))
        return work

    def environment(self, default: Environment | None = None) -> Chosen:
        """The firmware environment: what was given, over what plumbline.toml says.

        Raises:
            UsageError: there is none such.
        """
        found, default = project.find(), default or boards.default()
        if self.env is not None or found.env is None:
            board, engine = (self.board, self.engine) if self.env is not None else (self.board or found.board, self.engine or found.engine)
            return environment.choose(self.env, board, engine, default)
        if self.board is None and self.engine is None:
            return environment.choose(found.env, None, None, default)
        return environment.choose(None, self.board or boards.environment(found.env).board.name, self.engine, default)

    @property
    def line(self) -> str | None:
        """The port: what was given, else the project's, unless a place was given."""
        return self.port or (None if self.place else project.find().port)


def not_empty(_: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Refuse what is given and empty, as of a variable that is not set: nothing must stand in for what was meant."""
    if value == "":
        name = option.opts[0] if isinstance(option, click.Option) else option.human_readable_name
        raise UsageError(f"{name} is empty.", f"Give it a value, or leave {name} out.")
    return value


def _for_the_stages(context: click.Context, option: click.Parameter, value: str | None) -> None:
    """Firmware is named after what it was built for, so that the stages that build it and that accept it have to know."""
    if not_empty(context, option, value) is not None:
        os.environ[mlperf.VARIABLE] = str(value)
        mlperf.benchmark()


def _path(context: click.Context, option: click.Parameter, value: str | None) -> Path | None:
    given = not_empty(context, option, value)
    return None if given is None else expanded(given)


def _known_type(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    given = not_empty(context, option, value)
    if given is not None:
        check_activations(given, usage.option("activations", given))
    return given


def text(name: str, help: str, metavar: str, *names: str) -> click.Option:
    return click.Option([name], help=help, metavar=metavar, callback=not_empty, shell_complete=complete(*names) if names else None)


def _file(name: str, help: str) -> click.Option:
    return click.Option([name], type=click.Path(), help=help, callback=_path, metavar="DIR" if name == "--build" else "FILE")


def _flag(name: str, help: str) -> click.Option:
    return click.Option([name], is_flag=True, help=help)


def about_target() -> list[click.Parameter]:
    """TARGET."""
    return [click.Argument(["target"], required=False, callback=not_empty, shell_complete=complete_target)]


def about_model() -> list[click.Parameter]:
    """TARGET, and what belongs to a model of one's own."""
    return [*about_target(), *about_settings()]


def about_settings() -> list[click.Parameter]:
    """What belongs to a model of one's own."""
    return [
        _file("--samples", "Inputs of a model of your own: .npy, .npz or .csv, one sample a row."),
        _flag("--trust", "Run the Python code of a Lambda layer in the .keras file."),
        click.Option(
            ["--activations"],
            help=f"What layers hand to each other when a float model is quantized: {' or '.join(ACTIVATIONS)}.",
            metavar="TYPE",
            callback=_known_type,
            shell_complete=complete(*ACTIVATIONS),
        ),
        text("--limits", 'What the board must reach on the samples, e.g. "agreement=0.9 rms=0.1".', "NAME=VALUE ..."),
    ]


def about_stages() -> list[click.Parameter]:
    """Which stages run."""
    return [
        _flag("--anew", "Make everything again, even if nothing has changed."),
        _flag("--only", "This stage alone: take what is in the build folder as it is. TARGET may be a folder's name there."),
    ]


def about_board() -> list[click.Parameter]:
    """Whose memory the model must fit into."""
    return [text("--board", f"The board: {', '.join(boards.boards())}.", "BOARD", *boards.boards())]


def about_firmware() -> list[click.Parameter]:
    """A firmware."""
    return [
        *about_board(),
        text("--engine", f"What runs the model on it: {', '.join(environment.named())}.", "ENGINE", *environment.named()),
        text("--env", "The firmware environment instead of both: `plumbline boards` lists them.", "ENV", *boards.environments()),
        click.Option(
            ["--mlperf"],
            help=f"Which model of MLPerf Tiny the firmware answers as: {', '.join(mlperf.BENCHMARKS)}.",
            metavar="NAME",
            callback=_for_the_stages,
            expose_value=False,
            shell_complete=complete(*mlperf.BENCHMARKS),
        ),
    ]


def about_port() -> list[click.Parameter]:
    """A board that is connected."""
    return [text("--port", "A serial port, socket://HOST:PORT, or auto: the connected board; without it a board that this computer runs.", "PORT")]


def about_build() -> list[click.Parameter]:
    """The folder for results."""
    return [_file("--build", "The folder for results.  [default: build, beside plumbline.toml where there is one]")]


TARGET, MODEL, SETTINGS, STAGES = about_target, about_model, about_settings, about_stages
BOARD, FIRMWARE, PORT, BUILD = about_board, about_firmware, about_port, about_build


class Command(click.Command):
    """A command with an example in its help."""

    def __init__(self, *args: Any, examples: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Examples" if len(self.examples) > 1 else "Example"):
            for example in self.examples:
                formatter.write(f"  {example}\n")


def say_passed_over(given: Given, env: Environment) -> None:
    """Tell a person whose board is connected, and who named no port, that an emulated one runs instead."""
    from plumbline.host.devices.connect import passed_over  # not for every command

    if not given.silent and (line := passed_over(given.line, env)):
        print(printable(line), file=sys.stderr)


def choose_output(given: Given) -> None:
    """Let the process show what was asked for."""
    choose(Output("none" if given.quiet else "json" if given.json else "shown", given.verbose))
    if given.verbose:
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "0"  # TensorFlow's own switch, which child processes see too


def define(
    *examples: str,
    takes: Sequence[Callable[[], list[click.Parameter]]] = (),
    result: str = "",
    quiet: str = "and nothing else",
) -> Callable[[Callable[..., int]], Command]:
    """A command out of a function of `Given` and the command's own options; its docstring is the help, and it returns the exit code.

    Args:
        examples: command lines, for the help.
        takes: the groups of options that it shares with others.
        result: what `--json` prints on standard output; empty where there is no result.
        quiet: what is left of the output with `--quiet`.
    """

    def make(function: Callable[..., int]) -> Command:
        own = list(reversed(getattr(function, "__click_params__", [])))
        shared = [parameter for group in takes for parameter in group()]
        arguments = [each for each in [*shared, *own] if isinstance(each, click.Argument)]
        options = [each for each in [*own, *shared] if not isinstance(each, click.Argument)]
        options.append(_flag("--quiet", f"No progress, {quiet}."))
        if result:
            options.append(_flag("--json", f"Print {result}, and progress as JSON lines on standard error."))
        options.append(_flag("--verbose", "Show what the programs and libraries below say."))

        def run(**values: Any) -> int:
            given = Given(**{field.name: values.pop(field.name) for field in fields(Given) if field.name in values})
            if given.quiet and given.json:
                raise UsageError("--quiet and --json are given.", "Choose one.")
            choose_output(given)
            return function(given, **values)

        name = function.__module__.rpartition(".")[2]
        return Command(name, callback=run, params=[*arguments, *options], help=function.__doc__, examples=examples)

    return make
