"""Which peripherals the emulated chip has, by the address of their page, and the names of those that it has not."""

from __future__ import annotations

from plumbline.host.nrf52840.peripherals.egu import Egu
from plumbline.host.nrf52840.peripherals.ficr_uicr import Ficr, Uicr
from plumbline.host.nrf52840.peripherals.gpio import Gpio
from plumbline.host.nrf52840.peripherals.gpiote import Gpiote
from plumbline.host.nrf52840.peripherals.nothing import Nothing
from plumbline.host.nrf52840.peripherals.nvmc import Nvmc
from plumbline.host.nrf52840.peripherals.peripheral import Peripheral
from plumbline.host.nrf52840.peripherals.power_clock import PowerClock
from plumbline.host.nrf52840.peripherals.ppi import Ppi
from plumbline.host.nrf52840.peripherals.pwm import Pwm
from plumbline.host.nrf52840.peripherals.radio import Radio
from plumbline.host.nrf52840.peripherals.rng import Rng
from plumbline.host.nrf52840.peripherals.rtc import Rtc
from plumbline.host.nrf52840.peripherals.temp import Temp
from plumbline.host.nrf52840.peripherals.timer import Timer
from plumbline.host.nrf52840.peripherals.uarte import Uarte
from plumbline.host.nrf52840.peripherals.usb_errata import UsbErrata
from plumbline.host.nrf52840.peripherals.usbd import Usbd
from plumbline.host.nrf52840.peripherals.wdt import Wdt

POWER_CLOCK, GPIOTE, NVMC, PPI, USBD, GPIO, FICR, UICR = (
    *(0x4000_0000, 0x4000_6000, 0x4001_E000, 0x4001_F000, 0x4002_7000, 0x5000_0000),
    *(0x1000_0000, 0x1000_1000),
)

PERIPHERALS: dict[int, type[Peripheral]] = {
    POWER_CLOCK: PowerClock,
    0x4000_1000: Radio,
    **dict.fromkeys((0x4000_2000, 0x4002_8000), Uarte),
    GPIOTE: Gpiote,
    **dict.fromkeys((0x4000_8000, 0x4000_9000, 0x4000_A000, 0x4001_A000, 0x4001_B000), Timer),
    **dict.fromkeys((0x4000_B000, 0x4001_1000, 0x4002_4000), Rtc),
    0x4000_C000: Temp,
    0x4000_D000: Rng,
    0x4001_0000: Wdt,
    **dict.fromkeys(range(0x4001_4000, 0x4001_A000, 0x1000), Egu),
    **dict.fromkeys((0x4001_C000, 0x4002_1000, 0x4002_2000, 0x4002_D000), Pwm),
    NVMC: Nvmc,
    USBD: Usbd,
    **dict.fromkeys((0x4003_6000, 0x4003_7000), Nothing),
    0x4006_E000: UsbErrata,
    PPI: Ppi,
    GPIO: Gpio,
    FICR: Ficr,
    UICR: Uicr,
}

ABSENT = {
    **{0x4000_3000: "SPI0/TWI0", 0x4000_4000: "SPI1/TWI1", 0x4000_5000: "NFCT", 0x4000_7000: "SAADC", 0x4000_E000: "ECB"},
    **{0x4000_F000: "CCM/AAR", 0x4001_2000: "QDEC", 0x4001_3000: "COMP/LPCOMP", 0x4001_D000: "PDM", 0x4002_0000: "MWU/ACL", 0x4002_3000: "SPI2"},
    **{0x4002_5000: "I2S", 0x4002_9000: "QSPI", 0x4002_F000: "SPIM3", 0x5002_A000: "CRYPTOCELL", 0x5002_B000: "CRYPTOCELL"},
}
"""Names for the message that they are not modelled."""
