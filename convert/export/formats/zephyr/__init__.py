"""A module for Zephyr: Kconfig, CMakeLists.txt, and a sample for each model that twister runs on the self-test."""

from __future__ import annotations

from plumbline.convert.export.exported import Package
from plumbline.convert.export.format import Files, Format
from plumbline.convert.export.printing import c_files, rendered


def files(package: Package) -> Files:
    """The module: zephyr/ with what its build reads, include/, src/, samples/ and a README."""
    samples: dict[str, str] = {}
    for model in package.models:
        folder = f"samples/{model.name}"
        samples |= {
            f"{folder}/CMakeLists.txt": rendered("zephyr_sample_lists.txt.j2", package, of=model),
            f"{folder}/prj.conf": rendered("zephyr_prj.conf.j2", package, of=model),
            f"{folder}/sample.yaml": rendered("zephyr_sample.yaml.j2", package, of=model),
            f"{folder}/src/main.c": rendered("zephyr_main.c.j2", package, of=model),
        }
    return {
        **c_files(package, "src/", "src/", headers="include/"),
        **samples,
        "zephyr/module.yml": rendered("zephyr_module.yml.j2", package),
        "zephyr/CMakeLists.txt": rendered("zephyr_lists.txt.j2", package),
        "zephyr/Kconfig": rendered("zephyr_kconfig.j2", package),
        "README.md": rendered("zephyr_readme.md.j2", package),
    }


ZEPHYR = Format("zephyr", "a Zephyr module with a sample that twister runs", files)
