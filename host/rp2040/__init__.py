"""A Raspberry Pi Pico in the emulator rp2040py of PyPI, its UART0 on a socket: a process of its own, which `host.devices` starts."""
