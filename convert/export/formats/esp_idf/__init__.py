"""A component for ESP-IDF, with a manifest for its component manager and an example project for each model."""

from __future__ import annotations

from plumbline.common.errors import UsageError
from plumbline.convert.export.exported import Package
from plumbline.convert.export.format import Files, Format
from plumbline.convert.export.printing import c_files, rendered

# fmt: off
COMPONENTS = (
    "app_trace", "app_update", "bootloader", "bootloader_support", "bt", "cmock", "console", "cxx", "driver", "efuse", "espcoredump", "esptool_py",
    "fatfs", "freertos", "hal", "heap", "http_parser", "idf_test", "ieee802154", "json", "linux", "log", "lwip", "main", "mbedtls", "mqtt", "newlib",
    "nvs_flash", "nvs_sec_provider", "openthread", "partition_table", "perfmon", "protocomm", "pthread", "riscv", "rt", "sdmmc", "soc", "spi_flash",
    "spiffs", "tcp_transport", "touch_element", "ulp", "unity", "usb", "vfs", "wear_levelling", "wifi_provisioning", "wpa_supplicant", "xtensa",
)
# fmt: on
"""ESP-IDF's own, 5.0 to 6.1, beside those whose names begin with esp_. A project's component of such a name takes the place of ESP-IDF's."""


def files(package: Package) -> Files:
    """The component in a folder of its name, because ESP-IDF calls a component as its folder, and a README beside it.

    Raises:
        UsageError: ESP-IDF has a component of that name.
    """
    if package.name in COMPONENTS or package.name.startswith("esp_"):
        raise UsageError(
            f"ESP-IDF has components of its own that are called like {package.name}, which this one would replace.", "--name takes another."
        )
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
