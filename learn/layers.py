"""What other layers are for, three sentences each, beside the recipe that uses them."""

from __future__ import annotations

LAYERS = (
    (
        "Convolution",
        "digits",
        "Conv2D",
        "A convolution slides one small window of weights over a picture and answers how well each place fits it. The same few weights serve every "
        "place, so that a stroke is found wherever it is, and little has to be stored. In the recipe digits two layers of them, 3 by 3 pixels each, "
        "look for the strokes of handwritten digits.",
    ),
    (
        "Pooling",
        "digits",
        "MaxPooling2D",
        "Pooling takes the largest of four neighbouring answers and forgets the others. A stroke that lies one pixel aside then often looks the "
        "same, and that is welcome in handwriting. What follows has only a quarter of the numbers to work through.",
    ),
    (
        "Several answers",
        "shapes",
        "GlobalMaxPooling2D",
        "One body of layers can serve several answers, each with a few layers of its own behind it. In the recipe shapes one asks only whether "
        "something is in the picture anywhere, and says which shape it is. The other keeps every place apart, and says where.",
    ),
    (
        "Dropout",
        "digits",
        "Dropout",
        "While training, dropout sets a random part of the numbers to 0, others in each step. No number can rely on one other then, and the network "
        "learns its training pictures less by heart. On the chip nothing is left of it: after training all numbers take part.",
    ),
    (
        "LSTM",
        "weather",
        "LSTM",
        "An LSTM reads a series value by value and carries a memory along. Gates, which are learned too, decide at each value what to keep in it, "
        "what to forget and what to answer. The recipe weather reads the past months with one, and says the next.",
    ),
)
"""Title, recipe, the word that finds the layer in the recipe's code, and the sentences."""
