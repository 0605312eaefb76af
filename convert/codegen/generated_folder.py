"""Renders the generated folder: a PlatformIO library with the model as flatbuffer, as compiled C, and the facts both need."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from enum import IntEnum

from plumbline.common import wire
from plumbline.common.manifest import ArenaSpec
from plumbline.common.quantization import to_nano
from plumbline.convert.codegen.emit import LARGEST, Compiled
from plumbline.convert.codegen.ends import ends_of, one_to_one
from plumbline.convert.codegen.templating import environment
from plumbline.convert.model.graph import Graph
from plumbline.convert.operators.interpreted import in_library


def decimals(scale: float) -> int:
    """Decimals that tell neighbouring codes apart: 1 for a step of 0.2, 0 for a step of 1.5."""
    return min(9, max(0, math.ceil(-math.log10(scale))))


def layouts() -> list[dict[str, object]]:
    """The payloads of plumbline.common.wire with the byte offset of each field."""
    result: list[dict[str, object]] = []
    for kind, table in (("REQUEST", wire.REQUESTS), ("REPLY", wire.REPLIES)):
        for message, layout in table.items():
            offset, fields = 0, []
            for name, code in layout.fields:
                fields.append((name, offset, C_TYPES[code]))
                offset += struct.calcsize("<" + code)
            result.append({"name": f"{message.name}_{kind}", "fields": fields, "bytes": offset, "rest": layout.rest})
    return result


C_TYPES = {"B": "uint8_t", "b": "int8_t", "H": "uint16_t", "h": "int16_t", "I": "uint32_t", "i": "int32_t", "Q": "uint64_t", "q": "int64_t"}


def wire_header() -> str:
    """plumbline_wire.h, from plumbline.common.wire alone."""
    enums: list[type[IntEnum]] = [wire.Request, wire.Error, wire.Field, wire.Type, wire.Direction]
    return environment().get_template("plumbline_wire.h.j2").render(wire=wire, enums=enums, layouts=layouts())


def generated_files(
    name: str, tflite: bytes, graph: Graph, compiled: Compiled | None, arena: ArenaSpec, domain: tuple[float, float]
) -> dict[str, str]:
    """Every generated file but the manifest, by name.

    Args:
        name: the recipe's.
        tflite: the flatbuffer.
        graph: the same, read.
        compiled: the same, compiled; None of a model that the compiler does not take.
        arena: for TensorFlow Lite Micro.
        domain: lowest and highest x of a model of one number; for others what their input codes can represent.
    """
    templates = environment()
    every = [inner for operator in (*graph.operators, *graph.folded) for inner in operator.with_inner]
    context = {
        "name": name,
        "tflite": tflite,
        "printed": len(tflite) <= LARGEST,
        "model_sha256": hashlib.sha256(tflite).hexdigest(),
        "registrations": sorted({each.resolver_method for it in every if (each := in_library(it.name))}),
    }
    names = ("plumbline_flatbuffer.h", "plumbline_flatbuffer.c", "plumbline_resolver.h", "library.json")
    files = {file: templates.get_template(f"{file}.j2").render(**context) for file in names}
    json.loads(files["library.json"])
    files |= {"plumbline_model.h": model_header(name, hashlib.sha256(tflite).digest(), graph, arena, domain), "plumbline_wire.h": wire_header()}
    return files if compiled is None else files | {"plumbline_compiled.c": compiled.source, "plumbline_compiled.h": compiled.header}


def model_header(name: str, sha256: bytes, graph: Graph, arena: ArenaSpec, domain: tuple[float, float]) -> str:
    """plumbline_model.h; the arguments are those of `generated_files`, and the digest of the flatbuffer."""
    context = {
        "name": name,
        "sha256_initializer": ", ".join(f"0x{byte:02x}" for byte in sha256),
        "graph": graph,
        "arena": arena,
        "domain": domain,
        "domain_nano": [to_nano(x) for x in domain],
        "decimals": decimals(graph.outputs[0].quantized.scale) if one_to_one(graph) else None,
        "ends": ends_of(graph),
        "one_to_one": one_to_one(graph),
    }
    return environment().get_template("plumbline_model.h.j2").render(**context)
