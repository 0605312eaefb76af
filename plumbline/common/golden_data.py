"""references.npz, the golden data of a model: what was asked, and what every implementation answered. One class writes and reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.common import usage
from plumbline.common.arrays import npz_bytes, read_npz, typed_array
from plumbline.common.errors import ArtefactsDisagree
from plumbline.common.manifest import Manifest
from plumbline.common.rows import elements

FILE = "references.npz"
Codes = NDArray[np.int8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class DenseLayer:
    """A Dense layer of the float model: weights (outputs, inputs) and bias (outputs,), float32."""

    weights: Floats
    bias: Floats
    activation: str
    """linear, relu or relu6."""


@dataclass(frozen=True)
class Samples:
    """Real data: a recipe's held-back split or the points of its domain, or the samples of the user's own; S inputs."""

    rows: NDArray[np.int64]
    """(S,): the row in `codes` that each input becomes."""
    inputs: Floats
    """(S, input elements): the inputs before they become codes, tensor after tensor."""
    floats: Floats | None = None
    """(S, output elements): the float model at those inputs; None where there is no float model."""
    targets: tuple[NDArray[Any] | None, ...] = ()
    """(S, ...) for each output of the model: labels or values, None where nobody gave them; empty without any."""


@dataclass(frozen=True)
class References:
    """N rows, see `plumbline.common.rows`, and M points x. `litert` and `float_product` are information beside what a verification needs."""

    codes: Codes
    """(N, input_bytes); all 256 where the only input is one int8."""
    expected: Codes
    """(N, output_bytes): TFLM's answers, or the integer model's, as the manifest says."""
    float_codes: Floats
    """(N, output elements): the float model at the real numbers that the codes stand for."""
    x_nano: NDArray[np.int64]
    """(M,): the sample points, then the sweep."""
    samples: int
    """How many of the x are sample points."""
    float_x: Floats
    """(M, output elements): the float model at x."""
    data: Samples | None = None
    """None where a .tflite file came without samples."""
    litert: Codes | None = None
    """(N, output_bytes): LiteRT's answers; None where the conversion could not ask it."""
    kinds: NDArray[np.str_] | None = None
    """(N,): what each input is that was chosen to tell kernels apart, e.g. "ramp"; empty for real data. None where nothing was chosen."""
    float_product: Codes | None = None
    """(N, output_bytes): what TFLM libraries before autumn 2026 answer, the Arduino library among them: see `multipliers` in
    convert/operators/shared/weighted. None where the conversion could not work it out."""
    parameters: int | None = None
    """Numbers that the float model holds, those that are not trained included; None where there is no float model."""
    starts: NDArray[np.bool_] | None = None
    """(N,): before which rows the model's state is put to its beginning, the first among them. None of a model whose answers do not depend on what it
    was asked before."""
    chain: tuple[DenseLayer, ...] = ()
    """The layers of a float model that is a chain of Dense, which the error bound was proven from; empty for any other."""

    @property
    def chosen(self) -> NDArray[np.bool_]:
        """(N,): whether each input was chosen to tell kernels apart. No float model's answer says how far a board may lie from it there."""
        return np.zeros(len(self.codes), bool) if self.kinds is None else np.asarray(self.kinds != "")

    def to_bytes(self) -> bytes:
        """The file, with the same bytes for the same content whenever it is written."""
        arrays: dict[str, NDArray[Any] | None] = {
            "codes": self.codes,
            "tflm": self.expected,
            "float_codes": self.float_codes,
            "x_nano": self.x_nano,
            "samples": np.array(self.samples, np.int64),
            "float_x": self.float_x,
            "parameters": None if self.parameters is None else np.array(self.parameters, np.int64),
            "kinds": self.kinds,
        }
        if self.data is not None:
            arrays |= {"sample_rows": self.data.rows, "sample_inputs": self.data.inputs}
            arrays |= {"float_samples": self.data.floats}
            count = len(self.data.targets)
            arrays |= {_targets(number, count): each for number, each in enumerate(self.data.targets)}
        arrays |= {"tflm_float_product": self.float_product, "litert": self.litert, "starts": self.starts}
        for number, layer in enumerate(self.chain):
            arrays |= {f"weights{number}": layer.weights, f"bias{number}": layer.bias, f"activation{number}": np.array(layer.activation)}
        return npz_bytes({name: array for name, array in arrays.items() if array is not None})

    @classmethod
    def load(cls, path: Path, manifest: Manifest) -> References:
        """Read references.npz.

        Raises:
            ArtefactsDisagree: it is missing, damaged, or its shapes do not fit the manifest.
        """
        try:
            found = cls._of(read_npz(path), len(manifest.outputs))
            found._check_shapes(manifest)
            found._check_samples(manifest)
        except ValueError as error:
            raise ArtefactsDisagree(
                f"{path} cannot be read: {error}.", f"Write it anew: {usage.command('convert', manifest.recipe, anew=True)}."
            ) from error
        return found

    @classmethod
    def _of(cls, arrays: Mapping[str, NDArray[Any]], outputs: int) -> References:
        """What `to_bytes` wrote of a model with so many outputs. Raises ValueError where it is something else."""

        def optional(name: str, kind: type[np.generic]) -> NDArray[Any] | None:
            return typed_array(arrays, name, kind) if name in arrays else None

        data = None
        if "sample_rows" in arrays:
            inputs, targets = typed_array(arrays, "sample_inputs", np.float32), tuple(arrays.get(_targets(each, outputs)) for each in range(outputs))
            given = targets if any(each is not None for each in targets) else ()
            data = Samples(typed_array(arrays, "sample_rows", np.int64), inputs, optional("float_samples", np.float32), given)
        parameters = optional("parameters", np.int64)
        return cls(
            codes=typed_array(arrays, "codes", np.int8),
            expected=typed_array(arrays, "tflm", np.int8),
            float_codes=typed_array(arrays, "float_codes", np.float32),
            x_nano=typed_array(arrays, "x_nano", np.int64),
            samples=_one(typed_array(arrays, "samples", np.int64)),
            float_x=typed_array(arrays, "float_x", np.float32),
            data=data,
            litert=optional("litert", np.int8),
            kinds=optional("kinds", np.str_),
            float_product=optional("tflm_float_product", np.int8),
            parameters=None if parameters is None else _one(parameters),
            starts=optional("starts", np.bool_),
            chain=_chain(arrays),
        )

    def _check_shapes(self, manifest: Manifest) -> None:
        rows, points = len(np.atleast_1d(self.codes)), len(np.atleast_1d(self.x_nano))
        answers = elements(manifest.outputs)
        wanted = {
            "codes": (rows, manifest.input_bytes),
            "expected": (rows, manifest.output_bytes),
            "float_codes": (rows, answers),
            "x_nano": (points,),
            "float_x": (points, answers),
            "kinds": (rows,),
            "starts": (rows,),
            "litert": (rows, manifest.output_bytes),
            "float_product": (rows, manifest.output_bytes),
        }
        for name, shape in wanted.items():
            array = getattr(self, name)
            if array is not None and array.shape != shape:
                raise ValueError(f"{name} has shape {array.shape}, not {shape}")
        if self.starts is not None and rows and not self.starts[0]:
            raise ValueError("no sequence starts with the first row")

    def _check_samples(self, manifest: Manifest) -> None:
        """Raises ValueError where the samples do not fit the rest, or a demand of the manifest has nothing to be measured on."""
        data = self.data
        if not len(self.codes):
            return  # nothing is compared, which the verdict says
        for demanded in manifest.quality:
            targets = dict(zip(manifest.output_names, data.targets, strict=False)) if data is not None else {}
            if data is None or targets.get(demanded.output) is None or (data.floats is None and manifest.float_model):
                of = f" of output {demanded.output}" if demanded.output else ""
                raise ValueError(f"it holds no test split{of}, but the manifest demands {demanded.kind} on one")
        if data is None:
            if manifest.float_model:
                raise ValueError("it holds no samples, but the manifest names a float model")
            return
        count = data.rows.size
        fits = data.rows.ndim == 1 and count > 0 and data.inputs.shape == (count, elements(manifest.inputs))
        fits = fits and (data.floats is None or data.floats.shape == (count, elements(manifest.outputs)))
        lengths = [np.atleast_1d(each).shape[0] if each.ndim else 0 for each in data.targets if each is not None]
        fits = fits and all(each == count for each in lengths)
        if not fits or not ((data.rows >= 0) & (data.rows < len(self.codes))).all():
            held = " and ".join(map(str, lengths)) or "no"
            raise ValueError(f"the {count} rows of samples, their inputs, float answers and {held} targets do not fit")
        # a classifier's metric would take a NaN for the largest of its answers and go on
        for numbers in (data.inputs, data.floats, *data.targets):
            if numbers is not None and numbers.dtype.kind == "f" and not np.isfinite(numbers).all():
                raise ValueError("the samples hold inputs, float answers or targets that are no numbers")


def _targets(number: int, outputs: int) -> str:
    """What the array of an output's targets is called."""
    return "targets" if outputs == 1 else f"targets{number}"


def _one(array: NDArray[Any]) -> int:
    if array.shape != ():
        raise ValueError(f"one number is stored in the shape {array.shape}")
    return int(array)


def _chain(arrays: Mapping[str, NDArray[Any]]) -> tuple[DenseLayer, ...]:
    chain: list[DenseLayer] = []
    while f"weights{len(chain)}" in arrays:
        number = len(chain)
        weights, bias = (typed_array(arrays, f"{name}{number}", np.float32) for name in ("weights", "bias"))
        if weights.ndim != 2 or bias.shape != weights.shape[:1] or not (np.isfinite(weights).all() and np.isfinite(bias).all()):
            raise ValueError(f"layer {number} of the float model is no Dense layer")
        chain.append(DenseLayer(weights, bias, str(typed_array(arrays, f"activation{number}", np.str_))))
    return tuple(chain)
