"""Random UNIDIRECTIONAL_SEQUENCE_LSTM."""

from __future__ import annotations

import numpy as np

from plumbline.convert.operators.cases import INT8, INT16, INT32, INT64, Case, CaseOperator, TensorSpec
from plumbline.convert.operators.shared.random_values import scale, zero_point
from plumbline.convert.operators.unidirectional_sequence_lstm.reference import (
    BIASES,
    CELL,
    GATES,
    HIDDEN,
    INPUT_WEIGHTS,
    INPUTS,
    RECURRENT_WEIGHTS,
    SequenceLstmOptions,
)


def random_unidirectional_sequence_lstm(rng: np.random.Generator, name: str) -> Case:
    """A few units over a few steps, gates from flat to saturated; one to three sequences, time or batch first; cells from fine to coarse, clipped
    now and then."""
    batches, steps, inputs, units = (int(rng.integers(1, top)) for top in (4, 7, 6, 6))
    batches = batches if rng.random() < 0.3 else 1
    time_major = bool(rng.random() < 0.3)
    lead = (steps, batches) if time_major else (batches, steps)
    source_scale, source_zero = scale(rng, 1e-3, 0.5), zero_point(rng)
    hidden_scale = scale(rng, 1e-3, 0.1) if rng.random() < 0.2 else scale(rng, 0.004, 0.01)
    hidden_zero = zero_point(rng)
    kind, spread = INT8, 74
    if rng.random() < 0.25:
        kind, spread, source_zero, hidden_zero = INT16, 74 * 256, 0, 0
        source_scale, hidden_scale = (float(np.float32(each / 256)) for each in (source_scale, hidden_scale))
    power = int(rng.integers(-15, -7)) if rng.random() < 0.9 else int(rng.integers(-20, 3))
    tensors = [
        TensorSpec("input", (*lead, inputs), (source_scale,), (source_zero,), kind=kind),
        TensorSpec(f"{name}/out", (*lead, units), (hidden_scale,), (hidden_zero,), kind=kind),
        TensorSpec(f"{name}/hidden", (batches, units), (hidden_scale,), (hidden_zero,), kind=kind, variable=True),
        TensorSpec(f"{name}/cell", (batches, units), (2.0**power,), (0,), kind=INT16, variable=True),
    ]
    places = [-1] * INPUTS
    places[0], places[HIDDEN], places[CELL] = 0, 2, 3
    for gate in range(len(GATES)):
        for at, width, read in ((INPUT_WEIGHTS, inputs, source_scale * spread), (RECURRENT_WEIGHTS, units, hidden_scale * spread)):
            codes = rng.integers(-128 if rng.random() < 0.1 else -127, 128, (units, width)).astype(np.int8)
            if rng.random() < 0.03:
                codes[...] = rng.choice((-127, 0, 127))
            real = np.exp(rng.uniform(np.log(0.05), np.log(20))) / (read * 74 * np.sqrt(width))  # the sum's spread, in units of x
            places[at + gate] = len(tensors)
            tensors.append(TensorSpec(f"{name}/gate_{gate}_{at}", (units, width), (float(np.float32(real)),), (0,), codes))
        product = float(np.float32(source_scale) * np.float32(tensors[places[INPUT_WEIGHTS + gate]].scales[0]))
        bias = np.clip(np.round(rng.normal(0, 1, units) / product), -(2**26), 2**26).astype(np.int32)
        places[BIASES + gate] = len(tensors)
        bias = bias if kind == INT8 else bias.astype(np.int64)
        tensors.append(TensorSpec(f"{name}/bias_{gate}", (units,), (product,), (0,), bias, INT32 if kind == INT8 else INT64))
    clip = float(rng.choice((0.0, 10.0, 0.5, 1.0))) if rng.random() < 0.8 else scale(rng, 0.1, 4)
    options = SequenceLstmOptions("TANH", clip if clip == 0 or clip >= 2.0**power else 0.0, time_major, False)
    return Case(tensors, [CaseOperator("UNIDIRECTIONAL_SEQUENCE_LSTM", tuple(places), (1,), options)], (0,), (1,))
