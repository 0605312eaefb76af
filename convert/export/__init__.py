"""Models as C for somebody else's firmware, in the formats of the worlds that firmware is written in."""
