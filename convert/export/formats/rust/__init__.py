"""A crate for Rust: the C compiled by build.rs, and a safe wrapper around it that needs no standard library."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from plumbline.convert.codegen.planner import ALIGNMENT
from plumbline.convert.export.exported import ExportedEnd, ExportedModel, Package
from plumbline.convert.export.format import Files, Format
from plumbline.convert.export.printing import c_files, rendered

TYPES: Mapping[str, str] = MappingProxyType(
    {"int8_t": "i8", "uint8_t": "u8", "int16_t": "i16", "int32_t": "i32", "float": "f32"},
)
"""Rust's name of each type of a value. None needs more than the alignment of the memory."""
MINIMUM = "1.63"
"""The oldest version of Rust that the crate builds with: Debian 12's."""
# fmt: off
RESERVED = frozenset({
    "abstract", "alloc", "as", "async", "await", "become", "box", "break", "build", "cc", "const", "continue", "core", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "ffi", "final", "fn", "for", "if", "impl", "in", "let", "lib", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "proc_macro", "pub", "ref", "return", "self", "static", "std", "struct", "super", "test", "trait", "true", "try",
    "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
})
"""What neither a crate nor a module of it can be called: keywords, crates that come with Rust, and what cargo or the crate itself has."""
TAKEN = frozenset({
    "AsMut", "AsRef", "Box", "Clone", "Copy", "Default", "Drop", "Eq", "Err", "Extend", "Fn", "From", "Into", "Iterator", "Memory", "None", "Ok",
    "Option", "Ord", "Print", "Result", "Self", "Send", "Some", "String", "Sync", "Vec",
})
# fmt: on
"""What no struct of the crate can be called: names that every module has without saying so, and those that the crate uses itself."""


def files(package: Package) -> Files:
    """The crate: Cargo.toml, build.rs, csrc/ with the C, src/ with a module for each model, an example, the self-test as a test, and a README."""
    crate = unreserved(package.name)
    wrappers: dict[str, str] = {}
    for model in package.models:
        about = {
            "of": model,
            "crate": crate,
            "struct": struct_name(model.name),
            "alignment": ALIGNMENT,
            "rust_type": rust_type,
            "literal": literal,
            "text": text,
            "answer": answer(model),
        }
        wrappers |= {
            f"src/{unreserved(model.name)}.rs": rendered("rust_model.rs.j2", package, **about),
            f"csrc/{model.name}_wrapped.c": rendered("rust_wrapped.c.j2", package, of=model),
            f"examples/{unreserved(model.name)}.rs": rendered("rust_example.rs.j2", package, **about),
        }
    common = {
        "crate": crate,
        "minimum": MINIMUM,
        "modules": {model.name: unreserved(model.name) for model in package.models},
        "structs": {model.name: struct_name(model.name) for model in package.models},
        "call": wrappers[f"examples/{unreserved(package.models[0].name)}.rs"].partition("\n\n")[2].rstrip(),
    }
    return {
        **c_files(package, "csrc/", "csrc/"),
        **wrappers,
        "Cargo.toml": rendered("rust_cargo.toml.j2", package, **common),
        "build.rs": rendered("rust_build.rs.j2", package, **common),
        "src/lib.rs": rendered("rust_lib.rs.j2", package, **common),
        "tests/self_test.rs": rendered("rust_self_test.rs.j2", package, **common),
        "README.md": rendered("rust_readme.md.j2", package, **common),
    }


def unreserved(name: str) -> str:
    """A name of a crate or a module: the package's or the model's, or one made of it where Rust has another use for that word."""
    return f"{name}_model" if name in RESERVED else name


def struct_name(name: str) -> str:
    """A model's name as Rust writes types: `keyword_spotting` is `KeywordSpotting`.

    An underscore between digits stays, so that `net_1_2` is not `net_12`.
    """
    result = ""
    for part in name.split("_"):
        result += f"_{part}" if result[-1:].isdigit() and part[:1].isdigit() else part.capitalize()
    return f"{result}Model" if result in TAKEN else result


def rust_type(end: ExportedEnd) -> str:
    """Of all the values of an input or output."""
    return f"[{TYPES[end.c_type]}; {end.tensor.elements}]"


def answer(model: ExportedModel) -> ExportedEnd | None:
    """The output that `invoke` returns: the only one."""
    return model.outputs[0] if len(model.outputs) == 1 else None


def literal(value: float) -> str:
    """A float32 in Rust, in as few digits as say which one it is."""
    number = np.float32(value)
    short = np.format_float_positional(number, unique=True, trim="0") if 1e-4 <= number < 1e6 else np.format_float_scientific(number, trim="-")
    return str(short)


def text(content: str) -> str:
    """A string literal of Rust."""
    return '"' + "".join(each if each.isprintable() and each.isascii() and each not in '"\\' else f"\\u{{{ord(each):x}}}" for each in content) + '"'


RUST = Format("rust", "a crate with a safe wrapper, for firmware and programs in Rust", files)
