"""SUM: sums over axes."""

from plumbline.convert.operators.shared.reduction.code import total
from plumbline.convert.operators.sum.reference import check_sum

SUM = total("SUM", check_sum, "sum")
