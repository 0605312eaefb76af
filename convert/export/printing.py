"""What formats share in printing."""

from __future__ import annotations

from plumbline.convert.codegen.templating import environment
from plumbline.convert.export.exported import Package


def rendered(template: str, package: Package, **more: object) -> str:
    """A template, whose name must be the only one of its kind, of a package."""
    return environment().get_template(template).render(package=package, model=package.models[0], **more)


def c_files(package: Package, sources: str = "", tests: str = "") -> dict[str, str]:
    """The C of all models, headers and sources in one folder and the self-tests in another: paths that end with a slash, or nothing."""
    result: dict[str, str] = {}
    for model in package.models:
        result |= {f"{sources}{name}": text for name, text in model.sources.items()}
        result[f"{tests}{model.name}_test.c"] = model.test
    return result
