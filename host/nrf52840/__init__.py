"""An emulated nRF52840, the chip of the Arduino Nano 33 BLE: processor, interrupts, memories and peripherals.

It is no silicon: docs/explanation/emulated-nano.md tells what it was held against.
"""
