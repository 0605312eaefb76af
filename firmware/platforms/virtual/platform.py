"""The PlatformIO platform of the virtual boards: it needs no package, only a compiler: arm-none-eabi-gcc on the PATH, or Zig's."""

from platformio.public import PlatformBase


class VirtualPlatform(PlatformBase):
    """Everything is declared in platform.json, boards/ and builder/main.py."""

    def is_embedded(self) -> bool:
        return True
