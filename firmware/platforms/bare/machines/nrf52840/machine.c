// See machine.h.
#include "machine.h"

#include "core.h"
#include "fault.h"

// The linker script's: the vectors are there, where the boot loader looks for them.
extern const uint8_t __flash_start[];

enum { MPU_REGIONS = 8, POWER_LED = 1 << 9 };

// Read by the boot loader after a soft reset, which keeps this register (pins_arduino.h of ArduinoCore-mbed: DFU_MAGIC_SERIAL_ONLY_RESET).
enum { GPREGRET_STAY = 0xB0 };

void machine_begin(void) {
  // The boot loader has protected memory of its own.
  MPU_CTRL = 0;
  for (uint32_t region = 0; region < MPU_REGIONS; region++) {
    MPU_RNR = region;
    MPU_RASR = 0;
  }
  SCB_VTOR = (uintptr_t)__flash_start;
  NVMC_ICACHECNF = ICACHECNF_CACHEEN;  // off after a reset
  // The crystal: USB needs it, and the clock is exact with it.
  CLOCK_EVENTS_HFCLKSTARTED = 0;
  CLOCK_TASKS_HFCLKSTART = 1;
  while (!CLOCK_EVENTS_HFCLKSTARTED) {
  }
  P1_DIRSET = POWER_LED;
  P1_OUTSET = POWER_LED;
}

const char *machine_reset_reason(void) {
  const uint32_t reasons = POWER_RESETREAS;
  POWER_RESETREAS = reasons;
  return reasons & RESETREAS_DOG ? "watchdog" : reasons & RESETREAS_LOCKUP ? "lockup" : "";
}

__attribute__((noreturn)) void machine_enter_boot_loader(void) {
  POWER_GPREGRET = GPREGRET_STAY;
  core_reset();
}
