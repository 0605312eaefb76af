"""What a conversion left in build/NAME, read once for all that a verification does with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plumbline.common.golden_data import FILE, References
from plumbline.common.manifest import Manifest
from plumbline.convert.interface import Graph, read


@dataclass(frozen=True)
class Artefacts:
    """The files of one conversion, whose hashes `Manifest.check_artefacts` compares."""

    folder: Path
    manifest: Manifest
    raw: bytes
    """model.tflite."""
    graph: Graph
    """The same, read."""
    references: References

    @classmethod
    def load(cls, folder: Path, manifest: Manifest) -> Artefacts:
        """Read the folder.

        Raises:
            ArtefactsDisagree: the references are missing, damaged, or do not fit the manifest.
            ModelRefused: model.tflite cannot be read.
        """
        raw = (folder / "model.tflite").read_bytes()
        return cls(folder, manifest, raw, read(raw), References.load(folder / FILE, manifest))
