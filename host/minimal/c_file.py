"""case.c: what answers wrong as one C99 file with nothing beside it, to be compiled with the engine's own kernel, or with a reference of its own."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.interface import Operator, PartC, Tensor
from plumbline.host.minimal.begins import Wrong

# fmt: off
C_TYPES = {
    "INT8": "int8_t", "UINT8": "uint8_t", "BOOL": "uint8_t", "INT16": "int16_t", "INT32": "int32_t", "INT64": "int64_t", "FLOAT32": "uint32_t",
    "INT4": "int8_t",
}
# fmt: on
"""Of arrays of values; a float32 is told by its bits."""
LARGEST_CONSTANT = 1 << 20
"""Elements of a constant that is told number by number."""


def c_file(wrong: Wrong, reference: PartC, title: str, allowed: int) -> str:
    """The file.

    Args:
        wrong: what answers wrong.
        reference: the same as C.
        title: what stands above it, as lines of a comment.
        allowed: by how much a code may differ.
    """
    graph = wrong.graph
    inputs = [(f"input_{number}", tensor, values) for number, (tensor, values) in enumerate(zip(graph.inputs, wrong.given, strict=True))]
    constants = [(f"constant_{number}", tensor, tensor.values()) for number, tensor in enumerate(constants_of(graph.operators))]
    outputs = [(f"output_{number}", tensor) for number, tensor in enumerate(graph.outputs)]
    words = [f"const {C_TYPES[tensor.type]} *{name}" for name, tensor, _ in [*inputs, *constants]]
    words += [f"{C_TYPES[tensor.type]} *{name}" for name, tensor in outputs]
    parts = [
        commented(title),
        "#include <stdint.h>\n#include <stdio.h>\n#include <string.h>\n",
        *(array(name, tensor, values, "input") for name, tensor, values in inputs),
        *(array(name, tensor, values, "constant") for name, tensor, values in constants),
        *_answers(wrong),
        commented(
            "Implement this with the kernel that is to be tried, or compile with -DREFERENCE to see that the file is right by itself. The arguments "
            "are the arrays above, in their order."
        )
        + f"void layer_under_test({', '.join(words)});\n",
        _reference(wrong, reference, words, len(constants)),
        _main(wrong, [name for name, *_ in [*inputs, *constants]], [name for name, _ in outputs], allowed),
    ]
    return "\n".join(parts)


def constants_of(operators: tuple[Operator, ...]) -> list[Tensor]:
    """Weights, biases and what else the file of the model holds for an operator, each once; of several operators case.tflite alone tells them."""
    if len(operators) > 1:
        return []
    found = {each.index: each for operator in operators for each in operator.inputs if each is not None and each.data is not None}
    return [each for each in found.values() if each.elements <= LARGEST_CONSTANT]


def described(tensor: Tensor) -> str:
    """Name, type, shape and what a code stands for."""
    told = f"{plain(tensor.name)}: {tensor.type.lower()} {list(tensor.shape)}"
    found = tensor.quantization
    if found is None:
        return told
    if found.per_channel:
        return f"{told}, real = scale * code with a scale for each index of axis {found.axis}"
    return f"{told}, real = {found.scale!r} * (code - {found.zero_point})"


def array(name: str, tensor: Tensor, values: NDArray[Any], what: str) -> str:
    """The values of a tensor as a C array, and its scales where it has one for each channel."""
    text = f"// The {what} {described(tensor)}\n" + numbers(f"static const {C_TYPES[tensor.type]} case_{name}", whole(values))
    found = tensor.quantization
    if found is not None and found.per_channel:
        scales = ", ".join(repr(each) for each in found.scales)
        text += commented(f"Its scales: {scales}")
    return text


def numbers(head: str, values: NDArray[Any]) -> str:
    """A C array of whole numbers."""
    kind = head.split()[-2]
    told = [_literal(value, kind) for value in values.tolist()]
    lines = "\n".join(textwrap.wrap(", ".join(told), 140, initial_indent="    ", subsequent_indent="    "))
    return f"{head}[{len(told)}] = {{\n{lines}\n}};\n"


def _literal(value: int, kind: str) -> str:
    """A whole number in C; the lowest one of a type has no literal."""
    if kind == "uint32_t":
        return f"UINT32_C({value})"
    if kind not in ("int32_t", "int64_t"):
        return str(value)
    wrapped = f"INT{kind[3:5]}_C({{}})"
    return f"{wrapped.format(value + 1)} - 1" if value in (-(2**31), -(2**63)) else wrapped.format(value)


def whole(values: NDArray[Any]) -> NDArray[Any]:
    """Values as whole numbers in one row; float32 as its bits."""
    flat = np.ascontiguousarray(values).reshape(-1)
    return flat.view(np.uint32) if flat.dtype == np.float32 else flat.astype(np.int64)


def plain(text: str) -> str:
    """Text from a model or a board that cannot end a line of a comment, or continue it."""
    return "".join(each if each.isprintable() and each.isascii() else "?" for each in text).replace("\\", "/")


def commented(text: str) -> str:
    """Lines of a C comment."""
    lines = [line for paragraph in text.split("\n") for line in textwrap.wrap(plain(paragraph), 140) or [""]]
    return "".join(f"// {line}".rstrip() + "\n" for line in lines)


def _answers(wrong: Wrong) -> list[str]:
    """What had to come, and what came."""
    found = []
    for number, (tensor, expected, came) in enumerate(zip(wrong.graph.outputs, wrong.expected, wrong.came, strict=True)):
        kind = C_TYPES[tensor.type]
        found.append(f"// The right output {described(tensor)}\n" + numbers(f"static const {kind} case_expected_{number}", whole(expected)))
        if came is not None:
            found.append("// What the engine gave on its board.\n" + numbers(f"static const {kind} case_came_{number}", whole(came)))
    return found


def _reference(wrong: Wrong, reference: PartC, words: list[str], constants: int) -> str:
    """The part as C behind #ifdef, called with the same arguments."""
    lines = ["#ifdef REFERENCE", reference.source, f"void layer_under_test({', '.join(words)})", "{"]
    lines.append(f"    static union {{ int8_t bytes[{max(1, reference.memory_bytes)}]; uint64_t aligned; }} memory;")
    lines += [f"    (void)constant_{number};" for number in range(constants)]
    for number, (tensor, at) in enumerate(zip(wrong.graph.inputs, reference.inputs, strict=True)):
        lines.append(f"    memcpy(memory.bytes + {at}, input_{number}, {tensor.bytes});")
    lines.append(f"    {reference.invoke}(memory.bytes);")
    for number, (tensor, at) in enumerate(zip(wrong.graph.outputs, reference.outputs, strict=True)):
        lines.append(f"    memcpy(output_{number}, memory.bytes + {at}, {tensor.bytes});")
    return "\n".join([*lines, "}", "#endif", ""])


def _main(wrong: Wrong, inputs: list[str], outputs: list[str], allowed: int) -> str:
    """Runs it and tells the first difference of each output."""
    tensors = wrong.graph.outputs
    lines = ["int main(void)", "{", "    int differing = 0;"]
    for name, tensor in zip(outputs, tensors, strict=True):
        lines.append(f"    static {C_TYPES[tensor.type]} case_{name}[{tensor.elements}];")
    lines.append(f"    layer_under_test({', '.join(f'case_{name}' for name in [*inputs, *outputs])});")
    for number, (name, tensor) in enumerate(zip(outputs, tensors, strict=True)):
        came = wrong.came[number] is not None
        lines += [
            f"    for (int i = 0; i < {tensor.elements}; ++i) {{",
            f"        const int64_t gave = (int64_t)case_{name}[i], right = (int64_t)case_expected_{number}[i];",
            f"        if (gave - right <= {allowed} && right - gave <= {allowed}) continue;",
            f'        if (differing++ == 0) printf("output {number}, index %d: %ld instead of %ld'
            + (', the engine gave %ld\\n"' if came else '\\n"')
            + ", i, (long)gave, (long)right"
            + (f", (long)case_came_{number}[i]);" if came else ");"),
            "    }",
        ]
    lines += ['    printf("%d values differ\\n", differing);', "    return differing != 0;", "}", ""]
    return "\n".join(lines)
