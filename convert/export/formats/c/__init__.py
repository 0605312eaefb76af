"""Plain C: a header, a source and a self-test for each model, to be copied into any project."""

from __future__ import annotations

from plumbline.convert.export.exported import Package
from plumbline.convert.export.format import Files, Format
from plumbline.convert.export.printing import c_files, rendered


def files(package: Package) -> Files:
    """The files of each model, and a README."""
    return {**c_files(package), "README.md": rendered("c_readme.md.j2", package)}


C = Format("c", "plain C files, for any project and any build system", files)
