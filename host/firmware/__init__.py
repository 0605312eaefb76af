"""Firmware images: how they are built and uploaded, what they hold, and which one a board runs."""
