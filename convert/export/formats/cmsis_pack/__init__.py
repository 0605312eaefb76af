"""A CMSIS pack: the pack description, a component for each model and one for its self-test, an example, and the archive that tools install."""

from __future__ import annotations

from plumbline.convert.export.archive import zipped
from plumbline.convert.export.exported import Package
from plumbline.convert.export.format import Files, Format
from plumbline.convert.export.printing import c_files, rendered

VENDOR = "Plumbline"
"""What the pack's name begins with; README.md says where to put one's own."""
SCHEMA = "1.7.36"
"""The version of PACK.xsd that the description is written for."""


def files(package: Package) -> Files:
    """The content of the pack in a folder of its own, the pack beside it, and a README."""
    content = {
        **c_files(package, "src/", "test/", headers="include/"),
        f"{VENDOR}.{package.name}.pdsc": rendered("cmsis_pack.pdsc.j2", package, vendor=VENDOR, schema=SCHEMA),
        "README.md": rendered("cmsis_pack_readme.md.j2", package, vendor=VENDOR),
    }
    for model in package.models:
        folder = f"examples/{model.name}"
        content |= {
            f"{folder}/main.c": rendered("cmsis_pack_main.c.j2", package, of=model),
            f"{folder}/{model.name}.csolution.yml": rendered("cmsis_pack_csolution.yml.j2", package, of=model, vendor=VENDOR),
            f"{folder}/{model.name}.cproject.yml": rendered("cmsis_pack_cproject.yml.j2", package, of=model, vendor=VENDOR),
            f"{folder}/README.md": rendered("cmsis_pack_example.md.j2", package, of=model),
        }
    inside = {f"content/{path}": text for path, text in content.items()}
    return {**inside, f"{VENDOR}.{package.name}.{package.version}.pack": zipped(content), "README.md": content["README.md"]}


CMSIS_PACK = Format("cmsis-pack", "a CMSIS pack, for Keil, csolution and the IDEs that take packs", files)
