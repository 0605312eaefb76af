"""The registers of USBD by their offsets (PS, "USBD", "Registers"), what each is, and its value after a reset."""

from __future__ import annotations

ENDPOINTS = 8
"""Of each direction, the control endpoint among them."""
STARTEPIN, STARTISOIN, STARTEPOUT, STARTISOOUT, EP0RCVOUT, EP0STATUS, EP0STALL, DPDMDRIVE, DPDMNODRIVE = (
    *(0x004, 0x024, 0x028, 0x048, 0x04C, 0x050, 0x054, 0x058, 0x05C),
)
USBRESET, STARTED, ENDEPIN, EP0DATADONE, ENDISOIN, ENDEPOUT, ENDISOOUT, SOF, USBEVENT, EP0SETUP, EPDATA = (
    *(0x100, 0x104, 0x108, 0x128, 0x12C, 0x130, 0x150, 0x154, 0x158, 0x15C, 0x160),
)
EVENTCAUSE, HALTED_EPIN, HALTED_EPOUT, EPSTATUS, EPDATASTATUS, USBADDR, SETUP, SIZE_EPOUT, SIZE_ISOOUT = (
    *(0x400, 0x420, 0x444, 0x468, 0x46C, 0x470, 0x480, 0x4A0, 0x4C0),
)
ENABLE, USBPULLUP, DPDMVALUE, DTOGGLE, EPINEN, EPOUTEN, EPSTALL, ISOSPLIT, FRAMECNTR, LOWPOWER, ISOINCONFIG = (
    *(0x500, 0x504, 0x508, 0x50C, 0x510, 0x514, 0x518, 0x51C, 0x520, 0x52C, 0x530),
)
EPIN_PTR, EPIN_MAXCNT, EPIN_AMOUNT, EPOUT_PTR, EPOUT_MAXCNT, EPOUT_AMOUNT, STRIDE = 0x600, 0x604, 0x608, 0x700, 0x704, 0x708, 0x14
INSIDE_INDEX, INSIDE_VALUE, ERRATUM_199 = 0x800, 0x804, 0xC1C
"""Registers that the drivers write by Nordic's errata and that the product specification does not have: a window to registers inside of the
controller, and what is written around a transfer."""
SUSPEND, RESUME, USBWUALLOWED, READY = 1 << 8, 1 << 9, 1 << 10, 1 << 11
"""Bits of EVENTCAUSE."""
ISO_BUFFERS = (0x6A0, 0x6A4, 0x6A8, 0x7A0, 0x7A4, 0x7A8)
EACH = tuple(range(0, 4 * ENDPOINTS, 4))
OUT_INSIDE, IN_INSIDE, IN0_INSIDE = 0x7C5, 0x7B6, 0x7B4
"""Of INSIDE_INDEX: the buffers of OUT endpoint 0, of IN endpoint 1 and of IN endpoint 0; those of the next endpoints are two further each."""
ISO_INSIDE = (0x7C4, 0x7C6, 0x7E3)
"""What Zephyr's and Nordic's drivers write there for isochronous endpoints, without effect here."""


TASKS = frozenset(
    (
        *(STARTEPIN + each for each in EACH),
        *(STARTEPOUT + each for each in EACH),
        *(STARTISOIN, STARTISOOUT, EP0RCVOUT, EP0STATUS, EP0STALL, DPDMDRIVE, DPDMNODRIVE),
    )
)
EVENTS = frozenset(
    (
        *(ENDEPIN + each for each in EACH),
        *(ENDEPOUT + each for each in EACH),
        *(USBRESET, STARTED, EP0DATADONE, ENDISOIN, ENDISOOUT, SOF, USBEVENT, EP0SETUP, EPDATA),
    )
)
SHORTCUTS = (
    (0, EP0DATADONE, STARTEPIN),
    (1, EP0DATADONE, STARTEPOUT),
    (2, EP0DATADONE, EP0STATUS),
    (3, ENDEPOUT, EP0STATUS),
    (4, ENDEPOUT, EP0RCVOUT),
)
RESETS = {
    **dict.fromkeys((EVENTCAUSE, EPSTATUS, EPDATASTATUS, USBADDR, ENABLE, USBPULLUP, DPDMVALUE, EPSTALL, ISOSPLIT, FRAMECNTR), 0),
    **dict.fromkeys((LOWPOWER, ISOINCONFIG, INSIDE_INDEX, INSIDE_VALUE, ERRATUM_199, *ISO_BUFFERS), 0),
    **dict.fromkeys((*(SETUP + each for each in EACH), *(SIZE_EPOUT + each for each in EACH)), 0),
    **dict.fromkeys((*(HALTED_EPIN + each for each in EACH), *(HALTED_EPOUT + each for each in EACH)), 0),
    **{base + STRIDE * each: 0 for base in (EPIN_PTR, EPIN_MAXCNT, EPIN_AMOUNT) for each in range(ENDPOINTS)},
    **{base + STRIDE * each: 0 for base in (EPOUT_PTR, EPOUT_MAXCNT, EPOUT_AMOUNT) for each in range(ENDPOINTS)},
    **{SIZE_ISOOUT: 1 << 16, DTOGGLE: 1 << 8, EPINEN: 1, EPOUTEN: 1},
}
