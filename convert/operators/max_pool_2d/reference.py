"""MAX_POOL_2D as integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plumbline.convert.model.graph import Operator
from plumbline.convert.operators.shared.pool_2d.reference import Pool2D, pool


@dataclass(frozen=True)
class MaxPool2DReference(Pool2D):
    """The largest code of a window."""

    def answer(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Answer images (N, batches * height * width * channels) with images of fewer pixels, as MaxPool in pooling.h does."""
        images = self.images(codes)
        largest = self.filled(images, self.limits[0])
        for _, _, outputs, inputs in self.window.seen():
            largest[outputs] = np.maximum(largest[outputs], images[inputs])
        return np.asarray(np.clip(largest, self.lowest, self.highest).reshape(len(codes), -1), codes.dtype)


def check_max_pool_2d(operator: Operator) -> MaxPool2DReference:
    """Check a MAX_POOL_2D operator; raises what `pool_2d.pool` raises."""
    return MaxPool2DReference(**vars(pool(operator)))
