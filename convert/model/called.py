"""What a person calls each operator of a model: the layer that it comes from, by the names in the file alone.

TensorFlow's converter names a tensor after the path of the operation that it was, `digits_1/hidden_1/MatMul`, and several such where it joined
operations. Around the layer's name stand the model's, the operation's, and a number that exporting adds to all of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from plumbline.convert.model.graph import Graph, Operator

WEIGHTED = (
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "TRANSPOSE_CONV",
    "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "SVDF",
    "EMBEDDING_LOOKUP",
)
"""Operators that are what people mean by a layer; the others prepare something for them, or follow."""
NAMELESS = re.compile(
    r"(stateful_?)?partitionedcall(_\d+)?|identity(_\d+)?(_int8|_requantized)*|serving_default_.*|tfl\.\w+|\w+\.constant\d*|unknown(_\d+)?|"
    r"const(ant)?(_\d+)?|tensor[ _]?\d*|\d*",
    re.I,
)
"""Parts of a path that the converter made up."""
OPERATION = re.compile(
    r"(matmul|convolution|depthwise(_weights)?|batchnorm|conv[123]d|(max|avg)pool[123]d|relu6?|biasadd|readvariableop|expanddims|squeeze|reduction_indices|weights?(_quant)?|kernel|"
    r"bias|fakequantwithminmaxvars(perchannel)?|moments|tensordot|transpose|concat|mean|max|shape|perm|pad|paddings|einsum)(_?\d+)?",
    re.I,
)
"""Parts of a path that TensorFlow calls operations and their inputs; behind a layer's name there may be several."""
TORCH = re.compile(r"(?:\w+\.)+\w*?[A-Z][A-Za-z0-9]*_(\w+)")
"""A module as PyTorch's exporters write it, `torch.nn.modules.conv.Conv2d_conv1`."""
TAIL = re.compile(r"(\.(weight|bias)|_output_0|_quantized)+$")
"""What ONNX and PyTorch append to the name of a layer for its tensors."""
LONGEST = 64
"""Characters of a name that are kept."""
SUFFIX = re.compile(r".*?(_\d+)", re.S)


def with_names(graph: Graph, names: Sequence[str] = ()) -> Graph:
    """The model whose operators are called what people call them, all differently.

    Args:
        graph: read from a file.
        names: of its operators, where they are known from elsewhere; empty for one that is not, as for all without, or with another number of them.
    """
    own = names if len(names) == len(graph.operators) else [""] * len(graph.operators)
    found = [each or name for each, name in zip(own, from_file(graph), strict=True)]
    called = distinct(found, graph.operators)
    operators = [each if each.graphs else replace(each, called=name) for each, name in zip(graph.operators, called, strict=True)]
    return replace(graph, operators=tuple(operators))


def from_file(graph: Graph) -> list[str]:
    """The name of each operator's layer as the file tells it; that of an output that it computes where it does not, or else none."""
    paths = [path_of(layer) for layer in layers_of(graph)]
    roots = Counter(path[0] for path in paths if len(path) > 2)
    root, count = roots.most_common(1)[0] if roots else ("", 0)
    root = root if 2 * count > sum(1 for path in paths if path) else ""
    layers = [layer_in(path, root) for path in paths]
    outputs = {each.index: graph.names.get(each.index, "") for each in graph.outputs}
    known = [name or next((outputs.get(each.index, "") for each in it.outputs), "") for name, it in zip(layers, graph.operators, strict=True)]
    suffix = number_at_end(root)
    same = [name for name, path in zip(layers, paths, strict=True) if name and path[0] == root]
    if suffix and all(name.endswith(suffix) and name != suffix for name in same):
        known = [name.removesuffix(suffix) if path[:1] == [root] else name for name, path in zip(known, paths, strict=True)]
    return ["" if re.fullmatch(r"output_\d+", name) else printable(name) for name in known]


def layers_of(graph: Graph) -> list[str]:
    """Where each operator comes from: `Operator.layer`, but a constant that several read tells of one of them alone, and their outputs of each."""
    readers = Counter(tensor.index for operator in graph.operators for tensor in operator.inputs if tensor is not None and tensor.data is not None)
    shared = {tensor.name for tensor in graph.tensors if readers[tensor.index] > 1}
    return [each.outputs[0].name if each.layer in shared and each.outputs else each.layer for each in graph.operators]


def paths_of(layer: str) -> list[list[str]]:
    """The parts of each path in a tensor's name, without what the converter made up; empty paths are left out."""
    paths = [[part for part in re.split(r"[/:]", path) if part and not NAMELESS.fullmatch(part)] for path in layer.split(";")]
    return [path for path in paths if path]


def path_of(layer: str) -> list[str]:
    """The path that names the layer: one of a batch normalization that was folded into it does not."""
    paths = paths_of(layer)
    return next((path for path in paths if not any("batchnorm" in part.lower() for part in path)), paths[0] if paths else [])


def layer_in(path: Sequence[str], root: str) -> str:
    """The layer's own name out of a path; empty where there is none."""
    modules = [found[1] for part in path if (found := TORCH.fullmatch(part))]
    if modules:
        return "_".join(modules[-2:])
    parts = list(path[1:] if path[:1] == [root] else path)
    if len(parts) == 1 < len(path) and OPERATION.fullmatch(parts[0]):
        return ""
    if len(parts) > 1:
        parts.pop()
    while len(parts) > 1 and OPERATION.fullmatch(parts[-1]):
        parts.pop()
    return TAIL.sub("", parts[-1]) if parts else ""


def number_at_end(name: str) -> str:
    """`_1` of `digits_1`, and nothing of a name without."""
    found = SUFFIX.fullmatch(name)
    return found[1] if found else ""


def printable(name: str) -> str:
    """In characters that no terminal obeys, and not longer than people read."""
    return "".join(each if each.isprintable() else "_" for each in name[:LONGEST])


def distinct(names: Sequence[str], operators: Sequence[Operator]) -> list[str]:
    """Names that are all different: of several operators of one layer the one with the weights has its name, and the others say what they do.

    An operator without a name is called what it does.
    """
    groups: dict[str, list[str]] = {}
    for name, operator in zip(names, operators, strict=True):
        groups.setdefault(name, []).append(operator.name)
    result = []
    for name, operator in zip(names, operators, strict=True):
        kinds, kind = groups[name], operator.name.rpartition(":")[2].lower()
        alone = len(set(kinds)) == 1 or [each for each in kinds if each in WEIGHTED] == [operator.name]
        result.append(kind if not name else name if alone else f"{name}_{kind}")
    return numbered(result)


def numbered(names: Sequence[str]) -> list[str]:
    """The same with a number behind those that are not the first of their name; one that nobody else has stays as it is."""
    taken = {name for name, count in Counter(names).items() if count == 1}
    last: dict[str, int] = {}
    result = []
    for name in names:
        unique = name
        while name in last and unique in taken:
            last[name] += 1
            unique = f"{name}_{last[name]}"
        last.setdefault(name, 1)
        taken.add(unique)
        result.append(unique)
    return result
