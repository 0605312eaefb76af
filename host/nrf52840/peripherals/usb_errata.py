"""The page that Nordic's errata 171, 187 and 211 write to around the start of USBD: an unlock register and two settings, without effect here."""

from __future__ import annotations

from plumbline.host.nrf52840.peripherals.peripheral import Peripheral


class UsbErrata(Peripheral):
    """The product specification does not have it. The drivers of Nordic, Zephyr and Arduino write 0x9375 to 0xC00, and a setting to another one."""

    name = "(USB errata)"
    resets = dict.fromkeys((0xC00, 0xC14, 0xD14), 0)  # nobody changes it
