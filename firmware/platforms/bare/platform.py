"""The PlatformIO platform of the boards with our own start-up code: it needs no package, only a compiler: arm-none-eabi-gcc on the PATH, or Zig's."""

from platformio.public import PlatformBase


class BarePlatform(PlatformBase):
    """Everything is declared in platform.json, boards/ and builder/main.py."""

    def is_embedded(self) -> bool:
        return True
