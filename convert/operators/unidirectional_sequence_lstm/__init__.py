"""UNIDIRECTIONAL_SEQUENCE_LSTM: an LSTM over the steps of a sequence."""

from plumbline.convert.operators.registration import Elsewhere, Registration
from plumbline.convert.operators.unidirectional_sequence_lstm.code import compile_unidirectional_sequence_lstm
from plumbline.convert.operators.unidirectional_sequence_lstm.reference import (
    SequenceLstmOptions,
    check_unidirectional_sequence_lstm,
    multiply_accumulates,
)

UNIDIRECTIONAL_SEQUENCE_LSTM = Registration(
    name="UNIDIRECTIONAL_SEQUENCE_LSTM",
    check=check_unidirectional_sequence_lstm,
    compile=compile_unidirectional_sequence_lstm,
    accepts=(
        "int8, or int16 around 0 with biases of 64 bits; an int16 cell; constant weights without zero points, of one scale each; TANH; "
        "no peepholes, projection or layer normalization"
    ),
    types=("INT8", "INT16"),
    version=3,
    options=SequenceLstmOptions,
    options_number=71,
    constants=("weights", "recurrent", "bias", "recurrent_bias"),
    float_product=True,
    method="UnidirectionalSequenceLSTM",
    elsewhere={"chirale": Elsewhere(differs="its kernel of early 2023 missed 172 of the 180 answers of Plumbline's own model weather")},
    macs=multiply_accumulates,
    keeps_state=True,
)
