"""BATCH_MATMUL: products of two matrices."""

from plumbline.convert.operators.batch_matmul.code import compile_batch_matmul
from plumbline.convert.operators.batch_matmul.reference import BatchMatMulOptions, check_batch_matmul, multiply_accumulates
from plumbline.convert.operators.registration import LACKS, Registration
from plumbline.convert.operators.shared.matmul.code import CONSTANTS

BATCH_MATMUL = Registration(
    name="BATCH_MATMUL",
    check=check_batch_matmul,
    compile=compile_batch_matmul,
    accepts="int8, or int16 around 0; either operand may be a constant, turned (adj_x, adj_y), or serve several batches",
    types=("INT8", "INT16"),
    version=4,
    options=BatchMatMulOptions,
    options_number=101,
    constants=CONSTANTS,
    float_product=True,
    method="BatchMatMul",
    elsewhere={"chirale": LACKS},
    macs=multiply_accumulates,
)
