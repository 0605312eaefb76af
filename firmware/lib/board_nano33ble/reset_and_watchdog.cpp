// The registers are those of the core's nrf52840.h.
//
// The watchdog is off unless asked for. Once started it has no task that stops it, and a soft reset, which is how an upload gets into the
// boot loader, does not stop it either (Nordic's nRF52 product specification, POWER, Reset behavior): it could cut an upload off.
#include "reset_and_watchdog.h"

#include "arduino_core.h"

namespace {

const char *text = "";

}  // namespace

void last_reset_begin(void) {
  const uint32_t reasons = NRF_POWER->RESETREAS;
  NRF_POWER->RESETREAS = reasons;  // a 1 clears its bit
  if (reasons & POWER_RESETREAS_DOG_Msk) {
    text = "watchdog";
  } else if (reasons & POWER_RESETREAS_LOCKUP_Msk) {
    text = "lockup";
  }
}

const char *last_reset_text(void) { return text; }

#ifdef PLUMBLINE_WATCHDOG_S

void watchdog_begin(void) {
  static_assert(PLUMBLINE_WATCHDOG_S >= 1 && PLUMBLINE_WATCHDOG_S <= 36 * 3600, "the watchdog's time in seconds");
  if (NRF_WDT->RUNSTATUS) {  // since before a soft reset, with the settings of then
    watchdog_feed();
    return;
  }
  NRF_WDT->CONFIG = WDT_CONFIG_SLEEP_Pause << WDT_CONFIG_SLEEP_Pos | WDT_CONFIG_HALT_Pause << WDT_CONFIG_HALT_Pos;
  NRF_WDT->CRV = PLUMBLINE_WATCHDOG_S * UINT32_C(32768) - 1;
  NRF_WDT->RREN = WDT_RREN_RR0_Msk;
  NRF_WDT->TASKS_START = 1;
}

void watchdog_feed(void) { NRF_WDT->RR[0] = WDT_RR_RR_Reload; }

#else

void watchdog_begin(void) {}
void watchdog_feed(void) {}

#endif
