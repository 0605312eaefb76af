"""A component for ESP-IDF, with a manifest for its component manager and an example project for each model."""

from __future__ import annotations

from plumbline.convert.export.exported import Package
from plumbline.convert.export.format import Files, Format
from plumbline.convert.export.printing import c_files, rendered


def files(package: Package) -> Files:
    """The component in a folder of its name, because ESP-IDF calls a component as its folder, and a README beside it."""
    readme = rendered("esp_idf_readme.md.j2", package)
    component: dict[str, str] = {
        **c_files(package, "src/", "src/", headers="include/"),
        "CMakeLists.txt": rendered("esp_idf_lists.txt.j2", package),
        "Kconfig": rendered("esp_idf_kconfig.j2", package),
        "idf_component.yml": rendered("esp_idf_component.yml.j2", package),
        "README.md": readme,
    }
    for model in package.models:
        folder = f"examples/{model.name}"
        component |= {
            f"{folder}/CMakeLists.txt": rendered("esp_idf_example_lists.txt.j2", package, of=model),
            f"{folder}/main/CMakeLists.txt": rendered("esp_idf_main_lists.txt.j2", package),
            f"{folder}/main/idf_component.yml": rendered("esp_idf_main_component.yml.j2", package),
            f"{folder}/main/main.c": rendered("esp_idf_main.c.j2", package, of=model),
        }
    return {**{f"{package.name}/{path}": text for path, text in component.items()}, "README.md": readme}


ESP_IDF = Format("esp-idf", "a component for ESP-IDF with an example", files)
