"""What formats share in printing."""

from __future__ import annotations

from plumbline.convert.codegen.templating import environment
from plumbline.convert.export.exported import Package


def rendered(template: str, package: Package, **more: object) -> str:
    """A template, whose name must be the only one of its kind, of a package."""
    return environment().get_template(template).render(package=package, model=package.models[0], **more)


def c_files(package: Package, sources: str = "", tests: str = "", headers: str | None = None) -> dict[str, str]:
    """The C of all models: sources, self-tests and headers (None: with the sources) in folders, which end with a slash or are nothing."""
    result: dict[str, str] = {}
    for model in package.models:
        for name, text in model.sources.items():
            folder = sources if headers is None or not name.endswith(".h") else headers
            result[f"{folder}{name}"] = text
        result[f"{tests}{model.name}_test.c"] = model.test
    return result
