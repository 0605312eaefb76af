// See machine.h.
#include "machine.h"

enum { XOSC_KHZ = 12000, XOSC_STARTUP_MS = 1, PLL_FEEDBACK = 125, PLL_DIVIDER1 = 6, PLL_DIVIDER2 = 2 };
_Static_assert(XOSC_KHZ * 1000u * PLL_FEEDBACK / PLL_DIVIDER1 / PLL_DIVIDER2 == MACHINE_CLOCK_HZ, "the PLL makes another clock");

static void crystal_begin(void) {
  XOSC_STARTUP = (XOSC_KHZ * XOSC_STARTUP_MS + 128) / 256;
  XOSC_CTRL = XOSC_CTRL_ON;
  while (!(XOSC_STATUS & XOSC_STATUS_STABLE)) {
  }
}

// The processor runs on the crystal while its PLL is set up.
static void clocks_begin(void) {
  CLOCK_SYS_CTRL = CLOCK_SYS_REF;
  while (!(CLOCK_SYS_SELECTED & 1u << CLOCK_SYS_REF)) {
  }
  CLOCK_REF_CTRL = CLOCK_REF_XOSC;
  while (!(CLOCK_REF_SELECTED & 1u << CLOCK_REF_XOSC)) {
  }
  PLL_SYS_CS = 1;  // of the crystal's clock, undivided
  PLL_SYS_FEEDBACK = PLL_FEEDBACK;
  PLL_SYS_POWER_CLEAR = PLL_POWER_DOWN | PLL_POWER_DOWN_VCO;
  while (!(PLL_SYS_CS & PLL_CS_LOCK)) {
  }
  PLL_SYS_DIVIDERS = PLL_DIVIDER1 << 16 | PLL_DIVIDER2 << 12;
  PLL_SYS_POWER_CLEAR = PLL_POWER_DOWN_DIVIDERS;
  CLOCK_SYS_CTRL = CLOCK_SYS_PLL;
  while (!(CLOCK_SYS_SELECTED & 1u << CLOCK_SYS_PLL)) {
  }
  CLOCK_PERIPHERALS_CTRL = CLOCK_PERIPHERALS_ON;
}

void machine_begin(void) {
  const uint32_t used = RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_PLL_SYS | RESET_TIMER | RESET_UART0;
  RESETS_RESET_CLEAR = used;
  crystal_begin();
  clocks_begin();
  while ((RESETS_DONE & used) != used) {
  }
  WATCHDOG_TICK = WATCHDOG_TICK_ON | XOSC_KHZ / 1000;  // the microseconds of the timer
  GPIO_FUNCTION(0) = GPIO_UART;
  GPIO_FUNCTION(1) = GPIO_UART;
}
