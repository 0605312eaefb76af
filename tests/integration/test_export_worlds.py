"""Exports for Zephyr, ESP-IDF and as a CMSIS pack: their tools are not to be had here, so that the structure is held to what they ask for.

CMake runs the modules' own CMakeLists.txt with stand-ins for the functions of Zephyr and of ESP-IDF, and the programs that come out are run.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from plumbline.convert.export.exported import Package
from plumbline.convert.export.formats import formats
from plumbline.convert.export.formats.cmsis_pack import VENDOR
from plumbline.convert.export.write import write_export
from tests.support.exported_models import MODELS, NAME, converted, package
from tests.support.exported_readme import typed
from tests.support.stages import Once

yaml = pytest.importorskip("yaml")

pytestmark = pytest.mark.slow
needs_cmake = pytest.mark.skipif(shutil.which("cmake") is None, reason="needs cmake")
OPTION = re.compile(r"PLUMBLINE_(?:KEYWORD|GAUGE|LAMP)\w*")
SECTION = ".placed"
FLAGS = "-Wall -Wextra -Werror -ffunction-sections -fdata-sections"
ZEPHYR = """
cmake_minimum_required(VERSION 3.20)
project(stand_in C)
add_library(everybody INTERFACE)
add_executable(app)
target_link_libraries(app PRIVATE everybody)
function(zephyr_include_directories)
  foreach(each ${ARGN})
    target_include_directories(everybody INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/${each})
  endforeach()
endfunction()
function(zephyr_compile_definitions)
  target_compile_definitions(everybody INTERFACE ${ARGN})
endfunction()
macro(zephyr_library_named name)
  set(library ${name})
  add_library(${name} STATIC)
  target_link_libraries(${name} PUBLIC everybody)
  target_link_libraries(app PRIVATE ${name})
endmacro()
function(zephyr_library_sources)
  target_sources(${library} PRIVATE ${ARGN})
endfunction()
function(zephyr_library_sources_ifdef option)
  if(${option})
    target_sources(${library} PRIVATE ${ARGN})
  endif()
endfunction()
function(zephyr_library_compile_definitions)
  target_compile_definitions(${library} PRIVATE ${ARGN})
endfunction()
add_subdirectory(MODULE/zephyr module)
macro(find_package)
endmacro()
macro(project)
endmacro()
add_subdirectory(MODULE/samples/SAMPLE sample)
"""
ESP_IDF = """
cmake_minimum_required(VERSION 3.16)
project(stand_in C)
function(idf_component_register)
  cmake_parse_arguments(given "" "" "SRCS;INCLUDE_DIRS;PRIV_REQUIRES" ${ARGN})
  get_filename_component(name ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  add_library(${name} STATIC ${given_SRCS})
  foreach(each ${given_INCLUDE_DIRS})
    target_include_directories(${name} PUBLIC ${each})
  endforeach()
  target_link_libraries(${name} PRIVATE ${given_PRIV_REQUIRES})
  set(COMPONENT_LIB ${name} PARENT_SCOPE)
endfunction()
add_subdirectory(WHERE component)
add_subdirectory(WHERE/examples/SAMPLE/main main)
add_executable(app start.c)
target_link_libraries(app PRIVATE main sensors)
"""
START = """
#include "NAME.h"
void app_main(void);
static int layers;
void NAME_before_layer(uint32_t layer, const NAME_memory *memory) { (void)layer; (void)memory; }
void NAME_after_layer(uint32_t layer, const NAME_memory *memory) { (void)layer; (void)memory; ++layers; }
int main(void) { app_main(); return layers == 0; }
"""


@pytest.fixture(scope="module")
def made(once: Once) -> Package:
    return package(once("exported", converted))


@pytest.fixture(scope="module")
def exports(made: Package, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("worlds")
    for name in ("zephyr", "esp-idf", "cmsis-pack"):
        write_export(folder / name, name, made, formats()[name].files(made))
    return {name: folder / name for name in ("zephyr", "esp-idf", "cmsis-pack")}


def kconfig(path: Path) -> dict[str, str]:
    """The symbols of a Kconfig file with their types; each has a prompt, and what is opened is closed."""
    text = path.read_text()
    opened = re.findall(r"^\s*(if|menu|endif|endmenu)\b", text, re.MULTILINE)
    assert opened.count("if") == opened.count("endif")
    assert opened.count("menu") == opened.count("endmenu")
    found = re.findall(r"^\s*config (\w+)\n\s+(bool|string) \"[^\"]+\"\n(?:\s+default .*\n)?\s+help\n", text, re.MULTILINE)
    assert len(found) == len(re.findall(r"^\s*config ", text, re.MULTILINE))
    return dict(found)


def built(folder: Path, project: str, options: dict[str, str]) -> Path:
    """The program of a project for CMake, with options as Kconfig's."""
    (folder / "CMakeLists.txt").write_text("".join(f'set({name} "{value}")\n' for name, value in options.items()) + project)
    typed(f"cmake -S . -B build -DCMAKE_C_FLAGS='{FLAGS}'\ncmake --build build", folder)
    return folder / "build" / "app"


def set_in(path: Path) -> dict[str, str]:
    """The options of a prj.conf."""
    return dict(line.split("=") for line in path.read_text().splitlines())


def test_zephyrs_module_names_what_is_there(exports: dict[str, Path]) -> None:
    """The fields are those that scripts/zephyr_module.py of Zephyr knows."""
    module = exports["zephyr"]
    found = yaml.safe_load((module / "zephyr" / "module.yml").read_text())
    assert found == {"name": NAME, "build": {"cmake": "zephyr", "kconfig": "zephyr/Kconfig"}, "samples": ["samples"]}
    assert (module / "zephyr" / "CMakeLists.txt").is_file()
    symbols = kconfig(module / "zephyr" / "Kconfig")
    used = set(OPTION.findall((module / "zephyr" / "CMakeLists.txt").read_text())) - {f"PLUMBLINE_{name.upper()}_" for name in MODELS}
    assert used == symbols.keys()
    for name in MODELS:
        wanted = set_in(module / "samples" / name / "prj.conf")
        assert wanted == {f"CONFIG_PLUMBLINE_{name.upper()}": "y", f"CONFIG_PLUMBLINE_{name.upper()}_SELF_TEST": "y"}
        assert {each.removeprefix("CONFIG_") for each in wanted} <= symbols.keys()


@needs_cmake
@pytest.mark.parametrize("name", MODELS)
def test_zephyrs_sample_says_what_twister_waits_for(name: str, exports: dict[str, Path], tmp_path: Path) -> None:
    module = exports["zephyr"]
    sample = yaml.safe_load((module / "samples" / name / "sample.yaml").read_text())
    assert sample.keys() == {"sample", "common", "tests"}
    assert sample["common"]["harness"] == "console"
    assert sample["common"]["harness_config"]["type"] == "one_line"
    assert list(sample["tests"]) == [f"sample.plumbline.{name}"]
    options = set_in(module / "samples" / name / "prj.conf") | {f"CONFIG_PLUMBLINE_{name.upper()}_SECTION": SECTION}
    app = built(tmp_path, ZEPHYR.replace("MODULE", str(module)).replace("SAMPLE", name), options)
    said = subprocess.run([app], capture_output=True, text=True, timeout=60, check=True).stdout
    (wanted,) = sample["common"]["harness_config"]["regex"]
    assert any(re.search(wanted, line) for line in said.splitlines()), said
    assert SECTION in subprocess.run(["readelf", "-SW", app], capture_output=True, text=True, check=True).stdout


def test_esp_idfs_manifests_name_what_is_there(exports: dict[str, Path]) -> None:
    """The fields are those that the manifest's reference of ESP-IDF's component manager has."""
    component = exports["esp-idf"] / NAME
    found = yaml.safe_load((component / "idf_component.yml").read_text())
    assert found.keys() == {"version", "description", "license", "tags", "dependencies"}
    assert found["version"] == "1.0.0"
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{3,32}", tag) for tag in found["tags"])
    symbols = kconfig(component / "Kconfig")
    assert set(OPTION.findall((component / "CMakeLists.txt").read_text())) == symbols.keys()
    for name in MODELS:
        example = component / "examples" / name
        ((needed, where),) = yaml.safe_load((example / "main" / "idf_component.yml").read_text())["dependencies"].items()
        assert (example / "main" / where["path"]).resolve() == component
        assert component.name == needed, "a component is called as its folder"
        project = (example / "CMakeLists.txt").read_text()
        assert project.index("cmake_minimum_required") < project.index("$ENV{IDF_PATH}/tools/cmake/project.cmake") < project.index("project(")


@needs_cmake
@pytest.mark.parametrize("name", MODELS)
def test_esp_idfs_example_passes_its_self_test_and_calls_the_hooks(name: str, exports: dict[str, Path], tmp_path: Path) -> None:
    option = f"CONFIG_PLUMBLINE_{name.upper()}"
    options = {f"{option}_SPEED": "y", f"{option}_HOOKS": "y", f"{option}_SECTION": SECTION}
    (tmp_path / "start.c").write_text(START.replace("NAME", name))
    component = exports["esp-idf"] / NAME
    app = built(tmp_path, ESP_IDF.replace("WHERE", str(component)).replace("SAMPLE", name), options)
    said = subprocess.run([app], capture_output=True, text=True, timeout=60, check=True).stdout
    assert f"{name}: PASS" in said.splitlines()
    assert SECTION in subprocess.run(["readelf", "-SW", app], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def description(exports: dict[str, Path]) -> ElementTree.Element:
    return ElementTree.fromstring((exports["cmsis-pack"] / "content" / f"{VENDOR}.{NAME}.pdsc").read_bytes())


def test_the_pack_holds_what_its_description_names(exports: dict[str, Path], description: ElementTree.Element) -> None:
    """The elements, and their order where it matters, are those of PACK.xsd 1.7."""
    folder = exports["cmsis-pack"]
    assert [description.findtext(each) for each in ("vendor", "name")] == [VENDOR, NAME]
    version = description.find("releases/release")
    assert version is not None
    pack = zipfile.ZipFile(io.BytesIO((folder / f"{VENDOR}.{NAME}.{version.attrib['version']}.pack").read_bytes()))
    held = {name: pack.read(name) for name in pack.namelist()}
    assert held == {path.relative_to(folder / "content").as_posix(): path.read_bytes() for path in (folder / "content").rglob("*") if path.is_file()}
    for file in description.iter("file"):
        name = file.attrib["name"]
        assert (folder / "content" / name).is_dir() if file.attrib["category"] == "include" else name in held
    for example in description.iter("example"):
        (environment,) = example.iter("environment")
        assert f"{example.attrib['folder']}/{environment.attrib['load']}" in held
        assert f"{example.attrib['folder']}/{example.attrib['doc']}" in held
    conditions = {each.attrib["id"] for each in description.iter("condition")}
    assert {each.attrib["condition"] for each in description.iter("component") if "condition" in each.attrib} == conditions
    order = [each.tag for each in description]
    assert sorted(set(order)) == sorted(order)


@pytest.mark.parametrize("name", MODELS)
def test_the_packs_example_compiles_from_the_components_that_it_names(
    name: str, exports: dict[str, Path], description: ElementTree.Element, tmp_path: Path
) -> None:
    compiler = shutil.which("arm-none-eabi-gcc")
    if compiler is None:
        pytest.skip("needs arm-none-eabi-gcc")
    content = exports["cmsis-pack"] / "content"
    folder = content / "examples" / name
    solution = yaml.safe_load((folder / f"{name}.csolution.yml").read_text())["solution"]
    (project,) = (yaml.safe_load((folder / each["project"]).read_text())["project"] for each in solution["projects"])
    assert {"pack": f"{VENDOR}::{NAME}"} in solution["packs"]
    components = {f"{VENDOR}::{each.attrib['Cclass']}:{each.attrib['Cgroup']}:{each.attrib['Csub']}": each for each in description.iter("component")}
    named = [each["component"] for each in project["components"] if each["component"].startswith(VENDOR)]
    assert len(named) == 2
    files = [file for each in named for file in components[each].iter("file")]
    sources = [content / file.attrib["name"] for file in files if file.attrib["category"] == "sourceC"]
    sources += [folder / each["file"] for group in project["groups"] for each in group["files"]]
    includes = [f"-I{content / file.attrib['name']}" for file in files if file.attrib["category"] == "include"]
    flags = [
        "-mcpu=cortex-m4",
        "-mthumb",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-std=c99",
        "--specs=nosys.specs",
        "-Wl,--unresolved-symbols=report-all",
    ]
    done = subprocess.run([compiler, *flags, *includes, *sources, "-o", tmp_path / "image.elf"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
