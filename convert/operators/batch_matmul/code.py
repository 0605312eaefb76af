"""BATCH_MATMUL as C."""

from __future__ import annotations

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.batch_matmul.reference import check_batch_matmul
from plumbline.convert.operators.shared.matmul.code import compile_matmul
from plumbline.convert.operators.step import Step


def compile_batch_matmul(operator: Operator, name: str) -> Step:
    """Turn an operator into constants and the facts of its template. Raises what its check raises."""
    return compile_matmul(operator, name, check_batch_matmul(operator))
