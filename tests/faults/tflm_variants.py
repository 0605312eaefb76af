"""What is changed in the sources of the firmware with TensorFlow Lite Micro: arena, operators, alignment, the engine's own check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.faults.tflm_bench import ENGINE_SOURCE, FLATBUFFER_SOURCE, Change

MODEL, RESOLVER = "plumbline_model.h", "plumbline_resolver.h"
ARENA_WORDS = ("plumbline_arena_bytes", "plumbline_arena_shift")
"""In the image of `elastic`: the arena's size in bytes, and by how much it begins later."""
LATEST = 16
"""Bytes by which an arena or a flatbuffer may begin later."""


@dataclass(frozen=True)
class Variant:
    """A firmware that is not the one that was meant."""

    kind: str
    """The class of what was changed."""
    what: str
    """For a person."""
    changes: Mapping[str, Change]
    """By source."""

    @property
    def name(self) -> str:
        """A file name."""
        return re.sub("[^a-z0-9]+", "_", f"{self.kind} {self.what}".lower())


def replaced(text: str, pattern: str, replacement: str) -> str:
    """The text with one place replaced.

    Raises:
        ValueError: the pattern is not there exactly once: the source is no longer the one that this change was written for.
    """
    changed, times = re.subn(pattern, lambda _: replacement, text)
    if times != 1:
        raise ValueError(f"{pattern!r} stands {times} times in the source")
    return changed


def arena_of(size: int) -> Variant:
    """The arena has so many bytes."""
    return Variant("arena", f"{size} bytes", {MODEL: lambda text: replaced(text, r"PLUMBLINE_ARENA_BYTES \d+", f"PLUMBLINE_ARENA_BYTES {size}")})


def elastic() -> Variant:
    """Size and place of the arena are words in the image."""
    words = "".join(f"extern const volatile uint32_t {name};\n" for name in ARENA_WORDS)
    words += f"const volatile uint32_t {ARENA_WORDS[0]} __attribute__((used)) = PLUMBLINE_ARENA_BYTES;\n"
    words += f"const volatile uint32_t {ARENA_WORDS[1]} __attribute__((used)) = 0;\n"

    def change(text: str) -> str:
        text = replaced(text, r"arena\[PLUMBLINE_ARENA_BYTES\];", f"arena[PLUMBLINE_ARENA_BYTES + {LATEST}];")
        text = replaced(text, r"\*resolver, arena, sizeof arena", f"*resolver, arena + {ARENA_WORDS[1]}, {ARENA_WORDS[0]}")
        return replaced(text, r"\nnamespace \{\n", f'\nextern "C" {{\n{words}}}\n\nnamespace {{\n')

    return Variant("arena", "elastic", {ENGINE_SOURCE: change})


def unchecked() -> Variant:
    """The engine runs whatever flatbuffer it finds."""
    return Variant("engine", "unchecked", {ENGINE_SOURCE: lambda text: replaced(text, r"if \(memcmp\(model_sha256, [^\n]*", "(void)expected;")})


def flatbuffer_later(by: int) -> Variant:
    """The flatbuffer begins `by` bytes after a multiple of 16."""

    def change(text: str) -> str:
        room = f'__asm__(".globl plumbline_flatbuffer\\n.set plumbline_flatbuffer, plumbline_room + {by}");\n'
        room += f"alignas(16) const unsigned char plumbline_room[PLUMBLINE_FLATBUFFER_BYTES + {by}] = {{\n{'0x00, ' * by}"
        return replaced(text, r"alignas\(16\) const unsigned char plumbline_flatbuffer\[PLUMBLINE_FLATBUFFER_BYTES\] = \{\n", room)

    return Variant("flatbuffer's place", f"{by} bytes later", {FLATBUFFER_SOURCE: change})


def registered(text: str) -> list[str]:
    """The functions of the resolver that a header calls, for example AddTanh."""
    return re.findall(r"resolver\.(\w+)\(\)", text)


KERNELS = {
    "ADD": "tflite::Register_ADD()",
    "MUL": "tflite::Register_MUL()",
    "CONV_2D": "tflite::Register_CONV_2D()",
    "DEPTHWISE_CONV_2D": "tflite::Register_DEPTHWISE_CONV_2D()",
    "SOFTMAX": "tflite::Register_SOFTMAX()",
    "RELU": "tflite::Register_RELU()",
    "QUANTIZE": "tflite::Register_QUANTIZE()",
    "LOGISTIC": "tflite::Register_LOGISTIC()",
    "the int16 FULLY_CONNECTED": "tflite::Register_FULLY_CONNECTED_INT16()",
    "the int8 FULLY_CONNECTED": "tflite::Register_FULLY_CONNECTED_INT8()",
}
"""What FULLY_CONNECTED is resolved by; the last is meant for int8 and has to answer alike."""

PARTS = {
    "nothing is computed": "kernel.invoke = [](TfLiteContext *, TfLiteNode *) { return kTfLiteOk; };",
    "RELU's computation": "kernel.invoke = tflite::Register_RELU().invoke;",
    "QUANTIZE's computation": "kernel.invoke = tflite::Register_QUANTIZE().invoke;",
    "SOFTMAX's preparation": "kernel.prepare = tflite::Register_SOFTMAX().prepare;",
    "no preparation": "kernel.prepare = nullptr;",
    "no initialization": "kernel.init = nullptr;",
    "no computation": "kernel.invoke = nullptr;",
}
"""What is taken out of FULLY_CONNECTED's kernel, or put into it from another one's."""


def resolvers(header: str) -> list[Variant]:
    """Every mutant of the operators' registration, for a model with FULLY_CONNECTED.

    Args:
        header: the generated one.
    """
    calls = registered(header)
    slots = rf"MicroMutableOpResolver<{len(calls)}>"
    dense = r"resolver\.AddFullyConnected\(\)"

    def made(kind: str, what: str, pattern: str, replacement: str) -> Variant:
        return Variant(kind, what, {RESOLVER: lambda text: replaced(text, pattern, replacement)})

    def line(call: str) -> str:
        return f"  if (resolver.{call}() != kTfLiteOk) return kTfLiteError;\n"

    variants = [made("missing operator", call, re.escape(line(call)), "") for call in calls]
    variants.append(made("slots", "one too few", slots, f"MicroMutableOpResolver<{len(calls) - 1}>"))
    variants.append(made("slots", "one too many", slots, f"MicroMutableOpResolver<{len(calls) + 1}>"))
    variants.append(made("twice", "AddFullyConnected", re.escape(line("AddFullyConnected")), line("AddFullyConnected") * 2))
    if len(calls) > 1:
        backwards = "".join(map(line, reversed(calls)))
        variants.append(made("order", "backwards", re.escape("".join(map(line, calls))), backwards))
    for what, kernel in KERNELS.items():
        variants.append(made("kernel", what, dense, f"resolver.AddFullyConnected({kernel})"))
    for what, part in PARTS.items():
        kernel = f"[] {{ auto kernel = tflite::Register_FULLY_CONNECTED(); {part} return kernel; }}()"
        variants.append(made("part of a kernel", what, dense, f"resolver.AddFullyConnected({kernel})"))
    return variants
