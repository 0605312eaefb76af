"""CIRCULAR_BUFFER: the newest inputs one behind the other, and an end to inferences until enough of them have come."""

from plumbline.convert.operators.circular_buffer.code import compile_circular_buffer
from plumbline.convert.operators.circular_buffer.reference import CircularBufferOptions, check_circular_buffer
from plumbline.convert.operators.registration import Registration

CIRCULAR_BUFFER = Registration(
    name="CUSTOM:CIRCULAR_BUFFER",
    check=check_circular_buffer,
    compile=compile_circular_buffer,
    accepts="one scale and zero point; an inference that ends early leaves the model's outputs as they were, 0 after a reset",
    version=1,
    options=CircularBufferOptions,
    method="CircularBuffer",
    remembers=True,
    moves_codes=True,
)
