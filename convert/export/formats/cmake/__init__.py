"""A CMake project: a static library with its tests, its install rules and what find_package reads."""

from __future__ import annotations

from plumbline.common.errors import UsageError
from plumbline.convert.export.exported import Package
from plumbline.convert.export.format import Files, Format
from plumbline.convert.export.printing import c_files, rendered

MINIMUM = "3.16"
"""The oldest version of CMake whose commands and policies the project asks for."""
RESERVED = ("all", "clean", "edit_cache", "help", "install", "package", "package_source", "preinstall", "rebuild_cache", "test")
"""Names of CMake's own targets."""


def files(package: Package) -> Files:
    """The project: include/, src/, test/, cmake/, CMakeLists.txt and a README.

    Raises:
        UsageError: CMake has a target of the package's name itself.
    """
    if package.name in RESERVED:
        raise UsageError(f"CMake has a target of its own that is called {package.name}.", "--name takes another name.")
    return {
        **c_files(package, "src/", "test/", headers="include/"),
        "CMakeLists.txt": rendered("cmake_lists.txt.j2", package, macros=package.name.upper(), minimum=MINIMUM),
        f"cmake/{package.name}Config.cmake.in": rendered("cmake_config.cmake.in.j2", package),
        "README.md": rendered("cmake_readme.md.j2", package, macros=package.name.upper(), minimum=MINIMUM),
    }


CMAKE = Format("cmake", "a CMake project, for add_subdirectory, FetchContent or find_package", files)
