"""RESIZE_BILINEAR: an image of another size, each pixel between four."""

from plumbline.convert.operators.registration import Registration
from plumbline.convert.operators.resize_bilinear.code import compile_resize_bilinear
from plumbline.convert.operators.resize_bilinear.reference import ResizeBilinearOptions, check_resize_bilinear

RESIZE_BILINEAR = Registration(
    name="RESIZE_BILINEAR",
    check=check_resize_bilinear,
    compile=compile_resize_bilinear,
    accepts="a constant size; aligned corners, half pixel centers or neither",
    version=3,
    options=ResizeBilinearOptions,
    options_number=15,
)
