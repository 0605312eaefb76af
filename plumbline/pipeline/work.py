"""One model on its way: what a command is about, and the stages that bring it as far as the command needs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plumbline.common import child, usage
from plumbline.common.activations import INT8
from plumbline.common.ending import explained
from plumbline.common.errors import UsageError
from plumbline.common.outcome import Ended, Run
from plumbline.pipeline import stages, target
from plumbline.pipeline.freshness import Stamp, Unhashable, content, digest, own, recipe_files, versions
from plumbline.pipeline.stages import StageFailed
from plumbline.pipeline.target import Target

TRAINED = ("model.keras", "dataset.npz")
"""What the training leaves for the conversion."""


@dataclass(frozen=True)
class Work:
    """See the module."""

    target: Target
    build: Path
    """The folder for results."""
    name: str
    """Of the model's own folder in it."""
    samples: Path | None = None
    trust: bool = False
    limits: str | None = None
    activations: str = INT8
    per_channel_dense: bool = False
    board: str | None = None
    """Whose memory the model must fit into, where somebody named one."""
    anew: bool = False
    """Let every stage run, even if nothing has changed."""
    show: tuple[str, ...] = ()
    """The options that say what a stage shows."""

    @property
    def folder(self) -> Path:
        """The model's own folder."""
        return self.build / self.name

    @contextlib.contextmanager
    def accounted(self) -> Iterator[None]:
        """From here on verdict.json and junit.xml say what becomes of this run, whatever ends it.

        Raises:
            UnknownRecipe: there is no such recipe, and nothing in the build folder of a name like that.
            OSError: the folder cannot be written.
        """
        if not self.folder.is_dir():
            self.target.check()
        run = Run.begin(self.folder, self.name, usage.typed())
        try:
            yield
        except StageFailed as failed:
            run.end(failed.ended)
            raise
        except BaseException as error:
            if not child.make().gone:  # else it was killed, and we with it: the run has not finished
                run.end(Ended.of(explained(error)))
            raise

    def check(self) -> None:
        """Look at what was given before anything is spent on it.

        Raises:
            UnknownRecipe: there is no such recipe.
            UsageError: samples for a recipe.
        """
        self.target.check()
        if self.samples is not None and self.target.model is None:
            model = "MODEL=" if usage.through_make() else "a model of your own"
            raise UsageError(f"{usage.option('samples')} is given without {model}.", "A recipe brings its own samples.")

    def train(self) -> None:
        """Train unless nothing has changed.

        Raises:
            UsageError: the target is a model already.
            StageFailed: it failed.
        """
        if self.target.model is not None:
            raise UsageError("A model of your own is not trained here.", f"Name a recipe, or go on with {usage.command('convert', self.name)}.")
        file = self.target.file or target.own_file(self.name)
        key = digest({**own("training", "common", below=False), **recipe_files(file)}, versions())
        stamp = Stamp(self.folder / ".trained", key, [self.folder / name for name in ("training.json", *TRAINED)])
        if self.anew or not stamp.fresh:
            stamp.begin()
            self._run("train")
            stamp.done()

    def convert(self) -> None:
        """Convert unless nothing has changed, and train before where the model comes from a recipe.

        Raises:
            StageFailed: it failed.
        """
        words = [f"--samples={self.samples}"] if self.samples else []
        words += ["--trust"] * self.trust + ([] if self.limits is None else [f"--limits={self.limits}"])
        words += [] if self.activations == INT8 else [f"--activations={self.activations}"]
        words += ["--per-channel-dense"] * self.per_channel_dense + ([f"--board={self.board}"] if self.board else [])
        if self.target.model is None:
            self.train()
        made_from = (self.target.model, self.samples) if self.target.model else (self.folder / name for name in TRAINED)
        try:
            inputs = [content(each) for each in made_from if each]
            key = digest({**own("convert"), **own("common", below=False)}, [*versions(), self.target.text, *words, *inputs])
        except Unhashable:
            key = None
        stamp = Stamp(self.folder / ".converted", key, [self.folder / "generated" / "manifest.json"])
        if self.anew or not stamp.fresh:
            stamp.begin()
            self._run("convert", *words)
            stamp.done()

    def forget_conversion(self) -> None:
        """The next `convert` runs, whatever has changed."""
        (self.folder / ".converted").unlink(missing_ok=True)

    def _run(self, command: str, *words: str) -> None:
        stages.run(command, "--only", f"--build={self.build}", *self.show, *words, "--", self.target.text, shown="--json" not in self.show)
