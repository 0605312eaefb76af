"""What each Keras layer becomes, tried one by one: `python -m tools.keras_layers` prints the table of docs/reference/keras.md.

It needs TensorFlow and the tflite-micro wheel, and takes a minute or two, so that the page holds the table itself; a test compares the two.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from plumbline.common import keras_env
from plumbline.convert.importers.flatbuffer.parse import Parts, take_apart
from plumbline.convert.references.tflm import captured_stderr
from tools.markdown import table

if TYPE_CHECKING:
    import keras

LINE, ROWS, IMAGE, VOLUME = (8,), (6, 4), (8, 8, 4), (4, 4, 4, 2)
"""Shapes of one sample."""
ARENA = 1 << 20
ACTIVATIONS = (
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "tanh",
    "tanh_shrink",
)
MERGES = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"]


def layers() -> Iterator[tuple[str, tuple[int, ...], Any]]:
    """Name, shape of a sample, and the layer."""
    import keras

    of = keras.layers
    yield from (
        ("Dense", LINE, of.Dense(3)),
        ("EinsumDense", ROWS, of.EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d")),
        ("Embedding", LINE, of.Embedding(10, 4)),
        ("Conv1D, also causal and dilated", ROWS, of.Conv1D(3, 3, padding="causal", dilation_rate=2)),
        ("Conv2D, also dilated", IMAGE, of.Conv2D(3, 3, dilation_rate=2)),
        ("Conv2D with groups", IMAGE, of.Conv2D(4, 3, groups=2)),
        ("Conv3D", VOLUME, of.Conv3D(3, 2)),
        ("Conv1DTranspose", ROWS, of.Conv1DTranspose(3, 3, strides=2)),
        ("Conv2DTranspose", IMAGE, of.Conv2DTranspose(3, 3, strides=2, padding="same")),
        ("Conv3DTranspose", VOLUME, of.Conv3DTranspose(3, 2)),
        ("DepthwiseConv1D", ROWS, of.DepthwiseConv1D(3)),
        ("DepthwiseConv2D", IMAGE, of.DepthwiseConv2D(3)),
        ("SeparableConv1D", ROWS, of.SeparableConv1D(3, 3)),
        ("SeparableConv2D", IMAGE, of.SeparableConv2D(3, 3)),
        ("AveragePooling1D", ROWS, of.AveragePooling1D(2)),
        ("AveragePooling2D", IMAGE, of.AveragePooling2D(2)),
        ("AveragePooling3D", VOLUME, of.AveragePooling3D(2)),
        ("MaxPooling1D", ROWS, of.MaxPooling1D(2)),
        ("MaxPooling2D", IMAGE, of.MaxPooling2D(2)),
        ("MaxPooling3D", VOLUME, of.MaxPooling3D(2)),
        ("GlobalAveragePooling1D, 2D, 3D", IMAGE, of.GlobalAveragePooling2D()),
        ("GlobalMaxPooling1D, 2D, 3D", IMAGE, of.GlobalMaxPooling2D()),
        ("BatchNormalization", IMAGE, of.BatchNormalization()),
        ("LayerNormalization", ROWS, of.LayerNormalization()),
        ("RMSNormalization", ROWS, of.RMSNormalization()),
        ("UnitNormalization", ROWS, of.UnitNormalization()),
        ("GroupNormalization", IMAGE, of.GroupNormalization(2)),
        ("Normalization", LINE, of.Normalization(mean=1.0, variance=2.0)),
        ("Rescaling", IMAGE, of.Rescaling(1 / 255.0, offset=-0.5)),
        ("UpSampling1D", ROWS, of.UpSampling1D(2)),
        ("UpSampling2D", IMAGE, of.UpSampling2D(2)),
        ("UpSampling2D, bilinear", IMAGE, of.UpSampling2D(2, interpolation="bilinear")),
        ("UpSampling3D", VOLUME, of.UpSampling3D()),
        ("Resizing", IMAGE, of.Resizing(5, 5)),
        ("CenterCrop", IMAGE, of.CenterCrop(4, 4)),
        ("ZeroPadding1D, 2D, 3D", IMAGE, of.ZeroPadding2D(2)),
        ("Cropping1D, 2D", IMAGE, of.Cropping2D(2)),
        ("Cropping3D", VOLUME, of.Cropping3D(1)),
        ("Reshape, Flatten", IMAGE, of.Flatten()),
        ("Permute", IMAGE, of.Permute((3, 1, 2))),
        ("RepeatVector", LINE, of.RepeatVector(3)),
        ("TimeDistributed of Dense", ROWS, of.TimeDistributed(of.Dense(3))),
        ("TimeDistributed of Conv2D", (3, 8, 8, 1), of.TimeDistributed(of.Conv2D(2, 3))),
        ("ReLU", IMAGE, of.ReLU()),
        ("ReLU with max_value=6", IMAGE, of.ReLU(6.0)),
        ("LeakyReLU", IMAGE, of.LeakyReLU()),
        ("PReLU", IMAGE, of.PReLU(shared_axes=[1, 2])),
        ("ELU", IMAGE, of.ELU()),
        ("Softmax", LINE, of.Softmax()),
        ("Masking", ROWS, of.Masking()),
        ("Dropout, GaussianNoise, Random...", LINE, of.Dropout(0.1)),
        ("LSTM", ROWS, of.LSTM(3)),
        ("GRU", (2, 4), of.GRU(3)),
        ("SimpleRNN", (2, 4), of.SimpleRNN(3)),
        ("STFTSpectrogram", (256, 1), of.STFTSpectrogram(frame_length=64, frame_step=32, fft_length=64)),
        ("MelSpectrogram", (2048,), of.MelSpectrogram(fft_length=256, num_mel_bins=20, sampling_rate=8000)),
    )
    for name in MERGES:
        yield name, LINE, of.Dot(axes=-1) if name == "Dot" else getattr(of, name)()
    for name in ("MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention"):
        sizes = {"MultiHeadAttention": (2, 4), "GroupQueryAttention": (4, 4, 2)}.get(name, ())
        yield name, ROWS, getattr(of, name)(*sizes)
    for name in ACTIVATIONS:
        yield f"activation {name}", LINE, of.Activation(name)


def model_of(name: str, shape: tuple[int, ...], layer: Any) -> keras.Model:
    """The layer in a model of its own, behind Dense layers where it takes several tensors, or is an activation."""
    import keras

    dense = keras.layers.Dense
    given = keras.Input(shape, dtype="int32" if name == "Embedding" else "float32")
    if name in MERGES or name in ("Attention", "AdditiveAttention"):
        return keras.Model(given, layer([dense(4)(given), dense(4)(given)]))
    if name.endswith("QueryAttention") or name == "MultiHeadAttention":
        return keras.Model(given, layer(given, given))
    if name.startswith(("activation", "Dropout")):
        return keras.Model(given, dense(2)(layer(dense(6)(given))))
    return keras.Model(given, layer(given))


def row(name: str, shape: tuple[int, ...], layer: Any) -> tuple[str, str, str]:
    """A layer, its operators, and whether TensorFlow Lite Micro runs them on integers."""
    from plumbline.convert.importers.keras.forms import look_up_nearest_rows
    from plumbline.convert.importers.keras.worker import quantize

    rng = np.random.default_rng(1)
    samples = rng.integers(0, 10, (8, *shape)) if name == "Embedding" else rng.normal(size=(8, *shape))
    model = model_of(name, shape, layer)
    look_up_nearest_rows(model)
    with tempfile.TemporaryDirectory() as folder, captured_stderr():
        try:
            raw = quantize(model, [samples.astype(np.float32)], False, Path(folder) / "observed")
        except Exception:  # whatever the converter raises
            return name, "", "no: TensorFlow's converter has no form for it"
    parts = take_apart(raw)
    extra = 2 if name in MERGES or name in ("Attention", "AdditiveAttention") or name.startswith(("activation", "Dropout")) else 0
    return name, operators(parts, extra), verdict(parts, raw)


def operators(parts: Parts, extra: int) -> str:
    """The names, each with how often it is there; `extra` FULLY_CONNECTED are not the layer's."""
    counted = Counter(operator.name for operator in parts.operators)
    counted["FULLY_CONNECTED"] -= extra
    return ", ".join(f"{name}{f' x {count}' if count > 1 else ''}" for name, count in sorted(counted.items()) if count > 0) or "none of its own"


def verdict(parts: Parts, raw: bytes) -> str:
    """Whether the wheel runs it, and without float32."""
    from tflite_micro import runtime

    reals = sorted({each.name for each in parts.operators if each.name != "DEQUANTIZE" and any(tensor.type == "FLOAT32" for tensor in each.outputs)})
    with captured_stderr() as log:
        try:
            runtime.Interpreter.from_bytes(raw, arena_size=ARENA).invoke()
        except RuntimeError:
            log.seek(0)
            text = log.read().decode(errors="replace")
            missing = text.partition("builtin opcode '")[2].partition("'")[0]
            return f"no: TensorFlow Lite Micro has no {missing}" if missing else "no: TensorFlow Lite Micro refuses its form on integers"
    return f"no: {', '.join(reals)} in float32" if reals else "yes"


def keras_layers() -> str:
    """The whole table."""
    keras_env.start()
    import keras

    keras.utils.set_random_seed(1)
    return table(("Keras", "operators", "on integers"), [row(*each) for each in layers()])


if __name__ == "__main__":
    print(keras_layers())
