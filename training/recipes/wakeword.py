"""One word out of others, listened for without a pause: trained on whole words, on the board a streaming model that gets four new frames at a time.

What it keeps of the frames before lies in rings inside of the model. Its answer behind the last frame of a window is that of the trained model to the
whole window.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from plumbline.common.quality import Quality
from plumbline.training.recipe import Data, Recipe
from plumbline.training.recipes.speech import HEARD, LIVE, TAPES, UNHEARD
from plumbline.training.spectrogram import log_mel
from plumbline.training.spoken import Recording, record, speak, utterances

if TYPE_CHECKING:
    import keras

SYSTEM_NEEDS = {"espeak-ng": "espeak-ng"}
"""The command that speaks the words, and the Debian package that brings it: see `plumbline.common.recipe_needs`."""

WORD = "computer"
OTHERS = ("yes", "no", "stop", "go", "left", "right", "commuter", "compare", "computing", "peter")
"""Six that are unlike it, and four that share its beginning or its end."""
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-029")
FEW = ("en-us", "en-gb-x-rp")
"""The accents of the other words: so WORD is 3 of 13 utterances, and there are not too many to speak."""
CLASSES = ("another word", WORD)

STEP = 4
"""New frames an inference, 93 ms of sound."""
BATCH, EPOCHS = 64, 30


def split(speakers: Sequence[str], how: Recording, recordings: int, seed: int) -> Data:
    """WORD in every accent and the others in a few, recorded so many times: spectrograms (N, 40, 20), and whether it is WORD (N,)."""
    generator = np.random.default_rng(seed)
    spoken = [*utterances((WORD,), ACCENTS, speakers, generator), *utterances(OTHERS, FEW, speakers, generator)]
    sounds = speak(spoken)
    pictures = [log_mel(record(sound, how, generator)) for _ in range(recordings) for sound in sounds]
    return Data(np.stack(pictures), np.array([each.word == WORD for each in spoken] * recordings, np.int32))


@cache
def data() -> Data:
    return split(HEARD, TAPES, recordings=3, seed=1)


@cache
def test() -> Data:
    return split(UNHEARD, LIVE, recordings=1, seed=2)


def hearing(streaming: bool) -> list[keras.Layer]:
    """The layers: convolutions along time, of which each step is worked out once. Where they stream, a ring stands before each, which keeps as many
    earlier steps as its kernel is longer than what is new."""
    import keras

    from plumbline.common.ring import Ring

    def normalized(convolution: keras.Layer, earlier: int) -> list[keras.Layer]:
        """With batch normalization, which the conversion folds into the weights, and ReLU."""
        name = convolution.name
        ring = [Ring(earlier, name=f"{name}_ring")] if streaming else []
        return [*ring, convolution, keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_norm"), keras.layers.ReLU(name=f"{name}_relu")]

    return [
        *normalized(keras.layers.Conv1D(24, 2 * STEP, strides=STEP, use_bias=False, name="frames"), earlier=STEP),  # 40 frames become 9 steps
        *normalized(keras.layers.Conv1D(24, 3, use_bias=False, name="sounds"), earlier=2),  # 7
        *normalized(keras.layers.Conv1D(24, 3, use_bias=False, name="syllables"), earlier=2),  # 5
        *([Ring(4, name="word_ring")] if streaming else []),
        keras.layers.Flatten(name="word"),
        *([] if streaming else [keras.layers.Dropout(0.3, seed=1, name="dropout")]),
        keras.layers.Dense(len(CLASSES), name="logits"),
        keras.layers.Softmax(name="probabilities"),
    ]


def optimizer() -> keras.optimizers.Optimizer:
    import keras

    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.005, EPOCHS * -(-len(data().inputs) // BATCH)))


RECIPE = Recipe(
    name="wakeword",
    data=data,
    layers=lambda: hearing(streaming=False),
    optimizer=optimizer,
    loss="sparse_categorical_crossentropy",
    epochs=EPOCHS,
    seed=1,
    representative=lambda: data().inputs[::8],
    batch_size=BATCH,
    test=test,
    streamed=lambda: hearing(streaming=True),
    steps=STEP,
    # Of a test utterance the answer behind its last frames counts. Who never hears the word is right as often as another word is said.
    quality=Quality(
        kind="accuracy",
        reach=0.90,
        int8_may_lose=0.02,
        classes=CLASSES,
        baselines={"never hearing the word": len(OTHERS) * len(FEW) / (len(OTHERS) * len(FEW) + len(ACCENTS))},
    ),
)
