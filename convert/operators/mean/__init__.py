"""MEAN: averages over axes."""

from plumbline.convert.operators.mean.reference import check_mean
from plumbline.convert.operators.shared.reduction.code import total

MEAN = total("MEAN", check_mean, "mean")
