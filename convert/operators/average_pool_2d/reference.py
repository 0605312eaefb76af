"""AVERAGE_POOL_2D as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.pool_2d.reference import Pool2D, pool


@dataclass(frozen=True)
class AveragePool2DReference(Pool2D):
    """The mean code of the part of a window that lies inside the image, a tie rounded away from zero."""

    def answer(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Answer images (N, batches * height * width * channels) with images of fewer pixels, as AveragePool in pooling.h does."""
        images = self.images(codes)
        sums, counts = self.filled(images, 0), self.filled(images, 0)
        for _, _, outputs, inputs in self.window.seen():
            sums[outputs] += images[inputs]
            counts[outputs] += 1
        means = np.sign(sums) * ((np.abs(sums) + counts // 2) // counts)
        return np.asarray(np.clip(means, self.lowest, self.highest).reshape(len(codes), -1), codes.dtype)


def check_average_pool_2d(operator: Operator) -> AveragePool2DReference:
    """Check an AVERAGE_POOL_2D operator; raises what `pool_2d.pool` raises."""
    return AveragePool2DReference(**vars(pool(operator)))
