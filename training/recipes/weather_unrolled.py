"""The weather once more, its LSTM unrolled: every month is a dozen plain operators instead of a turn of one recurrent operator's loop."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from plumbline.training.recipes import weather

RECIPE = replace(weather.RECIPE, name="weather_unrolled", layers=partial(weather.layers, unroll=True))
