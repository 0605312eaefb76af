"""An export for Rust, used as its README says, with cargo and Debian's `cc` crate; and that its wrapper reaches what the C means by it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from plumbline.convert.export.build import model_of, package_of
from plumbline.convert.export.exported import ExportedEnd, ExportedModel, Package
from plumbline.convert.export.formats import formats
from plumbline.convert.export.formats.rust import TYPES, struct_name
from plumbline.convert.export.write import write_export
from tests.support.exported_models import MODELS, convert, converted
from tests.support.exported_readme import follow, typed
from tests.support.self_test_models import several_ends
from tests.support.stages import Once

REGISTRY = Path("/usr/share/cargo/registry")
"""Where Debian's librust-*-dev packages put their sources."""
NAME = "parts"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("cargo") is None or not any(REGISTRY.glob("cc-1.*")), reason="needs cargo and Debian's librust-cc-dev"),
]
MAIN = """
use std::io::{Read, Write};
use std::sync::Mutex;

use parts::*;

static FIRST: Mutex<Keyword> = Mutex::new(Keyword::new());
static LAYERS: Mutex<u32> = Mutex::new(0);

HOOKS
fn main() {
    assert!(FIRST.lock().unwrap().self_test::<Stderr>().is_ok());
    let which = std::env::args().nth(1).unwrap();
    let mut given = Vec::new();
    std::io::stdin().read_to_end(&mut given).unwrap();
    let both = std::thread::scope(|scope| {
        let other = scope.spawn(|| answers(&which, &given));
        [answers(&which, &given), other.join().unwrap()]
    });
    assert_eq!(both[0], both[1]);
    std::io::stdout().write_all(&both[0]).unwrap();
    eprintln!("layers: {}", LAYERS.lock().unwrap());
}

struct Stderr;

impl Print for Stderr {
    fn line(text: &str) {
        eprintln!("{text}");
    }
}

fn answers(which: &str, given: &[u8]) -> Vec<u8> {
    let mut said = Vec::new();
    match which {
        ARMS
        _ => panic!(),
    }
    said
}
"""
HOOK = """
#[no_mangle]
extern "C" fn NAME_before_layer(_layer: u32, _memory: *const std::ffi::c_void) {}

#[no_mangle]
extern "C" fn NAME_after_layer(_layer: u32, _memory: *const std::ffi::c_void) {
    *LAYERS.lock().unwrap() += 1;
}
"""
ARM = """
        "NAME" => {
            let mut model = STRUCT::new();
            for row in given.chunks_exact(BYTES) {
                let mut row = row;
                if row[0] != 0 {
                    RESET
                }
                row = &row[1..];
                FILL
                model.invoke();
                READ
                assert!(row.is_empty());
            }
        }
"""


def every_type(build: Path) -> None:
    """A model whose inputs and outputs are of every type."""
    convert(build, "types", several_ends())


@pytest.fixture(scope="module")
def package(once: Once) -> Package:
    folders = [(once("exported", converted), list(MODELS)), (once("exported_types", every_type), ["types"])]
    return package_of([model_of(folder / name, name) for folder, names in folders for name in names], NAME)


@pytest.fixture(scope="module")
def export(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The crate, beside which its user's is."""
    folder = tmp_path_factory.mktemp("rust") / f"{NAME}-rust"
    write_export(folder, "rust", package, formats()["rust"].files(package))
    return folder


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What lets cargo take Debian's sources in the place of crates.io, and keeps it off everything else."""
    home = tmp_path_factory.mktemp("cargo")
    debian = f'[source.crates-io]\nreplace-with = "debian"\n[source.debian]\ndirectory = "{REGISTRY}"\n'
    (home / "config.toml").write_text(debian + "[net]\noffline = true\n")
    return {"CARGO_HOME": str(home), "CARGO_TARGET_DIR": str(home / "target")}


@pytest.fixture(scope="module")
def readme(export: Path) -> str:
    return (export / "README.md").read_text()


def test_the_self_tests_the_doctests_and_the_example(export: Path, readme: str, variables: dict[str, str]) -> None:
    said = follow(readme, "Try it", export, variables)
    for name in ("keyword", "gauge", "lamp", "types"):
        assert f"test {name}_answers_as_it_must ... ok" in said
        assert re.search(rf"test src/{name}\.rs - {name}::\w+ \(line \d+\) \.\.\. ok", said)
    assert "class: " in said


def test_a_crate_beside_it(export: Path, readme: str, variables: dict[str, str]) -> None:
    said = follow(readme, "In your project", export.parent, variables)
    assert re.fullmatch(r"(-?[\d.]+\n){5}class: [0-4]\n", said)


@pytest.fixture(scope="module")
def program(export: Path, package: Package, variables: dict[str, str]) -> Path:
    """One that answers rows of any of the models, by two instances at once, with hooks and a section for the constants."""
    folder = export.parent / "program"
    hooks = "".join(HOOK.replace("NAME", model.name) for model in package.models)
    arms = "".join(arm(model) for model in package.models)
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.rs").write_text(MAIN.replace("HOOKS", hooks).replace("ARMS", arms))
    manifest = '[package]\nname = "program"\nversion = "1.0.0"\nedition = "2021"\n[dependencies]\n'
    manifest += f'{NAME} = {{ path = "../{NAME}-rust", features = ["hooks"] }}\n'
    (folder / "Cargo.toml").write_text(manifest)
    typed("cargo build", folder, {**variables, "KEYWORD_CONSTANTS": '__attribute__((section(".qspi")))'})
    return Path(variables["CARGO_TARGET_DIR"]) / "debug" / "program"


def arm(model: ExportedModel) -> str:
    """Rust that fills the inputs from a row's bytes, and appends those of the outputs."""
    size = 1 + sum(end.tensor.bytes for end in model.inputs)
    result = ARM.replace("NAME", model.name).replace("STRUCT", struct_name(model.name)).replace("BYTES", str(size))
    result = result.replace("RESET", "model.reset();" if model.stateful else "")
    return result.replace("FILL", "\n".join(map(fill, model.inputs))).replace("READ", "\n".join(map(read, model.outputs)))


def fill(end: ExportedEnd) -> str:
    item, size = TYPES[end.c_type], end.tensor.dtype.itemsize
    values = f"let (own, rest) = row.split_at({end.tensor.bytes}); row = rest;\n"
    values += f"let values = own.chunks_exact({size}).map(|each| {item}::from_le_bytes(each.try_into().unwrap()));\n"
    return values + f"for (to, value) in model.{end.name}().iter_mut().zip(values) {{ *to = value; }}"


def read(end: ExportedEnd) -> str:
    return f"for value in model.{end.name}() {{ said.extend(value.to_le_bytes()); }}"


@pytest.mark.parametrize("number", range(4), ids=["keyword", "gauge", "lamp", "types"])
def test_the_wrapper_reaches_what_the_model_reads_and_writes(number: int, program: Path, package: Package) -> None:
    model = package.models[number]
    golden = model.references
    starts = np.zeros(len(golden.codes), bool) if golden.starts is None else golden.starts
    rows = np.concatenate([starts[:, None].astype(np.int8), golden.codes], axis=1)
    done = subprocess.run([program, model.name], input=rows.tobytes(), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert np.array_equal(np.frombuffer(done.stdout, np.int8).reshape(golden.expected.shape), golden.expected)
    layers = int(re.findall(rb"layers: (\d+)", done.stderr)[0])
    assert layers >= 2 * len(rows) * len(model.compiled.layers) > 0


def test_constants_are_where_the_environment_says(program: Path) -> None:
    sections = subprocess.run(["readelf", "-SW", program], capture_output=True, text=True, check=True).stdout
    assert ".qspi" in sections


def test_a_wrong_answer_fails_the_test(export: Path, variables: dict[str, str], tmp_path: Path) -> None:
    copy = Path(shutil.copytree(export, tmp_path / "copy", ignore=shutil.ignore_patterns("Cargo.lock")))
    test = copy / "csrc" / "keyword_test.c"
    text, count = re.subn(r"(keyword_test_expected\[\d+\][^{]*\{\s*)(-?\d+)", lambda found: f"{found[1]}{int(found[2]) ^ 1}", test.read_text())
    assert count == 1
    test.write_text(text)
    done = subprocess.run(["cargo", "test", "--test", "self_test"], cwd=copy, env={**os.environ, **variables}, capture_output=True, text=True)
    assert done.returncode != 0
    assert re.search(r"keyword: input 0, .*: -?\d+ instead of -?\d+", done.stdout), done.stdout + done.stderr
    assert "test gauge_answers_as_it_must ... ok" in done.stdout
