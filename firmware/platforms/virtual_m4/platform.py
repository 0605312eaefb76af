"""The virtual board's PlatformIO platform: it needs no package, only a compiler: arm-none-eabi-gcc on the PATH, or Zig's."""

from platformio.public import PlatformBase


class Virtual_m4Platform(PlatformBase):  # noqa: N801  # PlatformIO looks for the platform's name in this form
    """Everything is declared in platform.json, boards/ and builder/main.py."""

    def is_embedded(self) -> bool:
        return True
