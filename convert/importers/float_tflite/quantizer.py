"""What ai-edge-quantizer is asked for: static int8 whose ranges hold all that the samples reach. It needs LiteRT, and no TensorFlow."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

from plumbline.common.errors import ConversionFailed, ModelRefused
from plumbline.convert.model import hints

SIGNATURE = "serving_default"
"""What TensorFlow's converter calls the signature of a model that has one."""


def quantized(
    raw: bytes, calibration: Sequence[dict[str, NDArray[Any]]], per_channel_dense: bool, bits: int, observed: Callable[[], object] = lambda: None
) -> bytes:
    """Quantize weights to int8, and what layers hand to each other to so many bits; convolutions with a scale per channel.

    The library's own calibration averages the ranges of samples over time, so that what is rare is clipped. Here a range holds every value that
    was observed, as with TensorFlow's converter.

    Args:
        raw: a float32 flatbuffer with one signature, see `signed`.
        calibration: inputs by their names in the signature, each with a batch of 1.
        per_channel_dense: one scale per output of a FULLY_CONNECTED, which not every TensorFlow Lite Micro can run.
        bits: of what layers hand to each other, 8 or 16.
        observed: is called behind each input that was observed.

    Raises:
        ModelRefused: it has several signatures.
        ConversionFailed: the library makes no model of it.
    """
    from ai_edge_quantizer import calibrator, qtyping, quantizer, recipe_manager
    from ai_edge_quantizer.utils import qsv_utils

    how, every = recipe_manager.RecipeManager(), ".*"
    how.add_static_config(every, qtyping.TFLOperationName.ALL_SUPPORTED, bits, 8)
    if not per_channel_dense:
        how.add_static_config(every, qtyping.TFLOperationName.FULLY_CONNECTED, bits, 8, qtyping.QuantGranularity.TENSORWISE)
    with contextlib.redirect_stdout(io.StringIO()):  # it reports there
        measured = calibrator.Calibrator(raw, num_threads=1, qsv_update_func=qsv_utils.min_max_update)
        key = only_signature(measured.get_signature_list())
        for each in calibration:
            measured.calibrate({key: [each]}, how)
            observed()
        work = quantizer.Quantizer(raw)
        work.load_quantization_recipe(how.get_quantization_recipe())
        found = work.quantize(measured.get_model_qsvs(), enable_progress_bar=False, enable_progress_report=False).quantized_model
    if found is None:
        raise ConversionFailed("ai-edge-quantizer made no model.", hints.not_int8())
    return bytes(found)


def only_signature(signatures: Sequence[str]) -> str:
    """The name of the signature.

    Raises:
        ModelRefused: there are several.
    """
    if len(signatures) != 1:
        raise ModelRefused(f"The model has {len(signatures)} signatures, one is supported.", hints.changed("Keep one signature"))
    return next(iter(signatures))


def signed(raw: bytes) -> bytes:
    """The flatbuffer with a signature that calls its ends as their tensors are called, which converters wrote none of until 2021: the library feeds
    inputs by the names of a signature. A file that has one is left as it is.
    """
    from ai_edge_litert import schema_py_generated as schema
    from ai_edge_litert.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(raw))
    if model.signatureDefs:
        return raw
    main = model.subgraphs[0]

    def named(indices: Any) -> list[Any]:
        maps = []
        for index in indices:
            each = schema.TensorMapT()
            each.name, each.tensorIndex = main.tensors[index].name, index
            maps.append(each)
        return maps

    signature = schema.SignatureDefT()
    signature.inputs, signature.outputs = named(main.inputs), named(main.outputs)
    signature.signatureKey, signature.subgraphIndex = SIGNATURE.encode(), 0
    model.signatureDefs = [signature]
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))
