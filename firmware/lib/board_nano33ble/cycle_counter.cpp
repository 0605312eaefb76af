#include "cycle_counter.h"

#include "arduino_core.h"

namespace {

bool runs;
uint32_t reading_cost;

}  // namespace

void cycle_counter_begin(void) {
  CoreDebug->DEMCR |= CoreDebug_DEMCR_TRCENA_Msk;
  DWT->CYCCNT = 0;
  DWT->CTRL |= DWT_CTRL_CYCCNTENA_Msk;
  const uint32_t first = DWT->CYCCNT;
  __NOP();
  __NOP();
  runs = DWT->CYCCNT != first;

  // The least of a few tries: an interrupt in between makes a try longer, never shorter.
  reading_cost = UINT32_MAX;
  for (int i = 0; i < 8; i++) {
    const uint32_t start = cycle_counter_read();
    const uint32_t cost = cycle_counter_read() - start;
    if (cost < reading_cost) reading_cost = cost;
  }
}

bool cycle_counter_runs(void) { return runs; }

uint32_t cycle_counter_read(void) { return runs ? DWT->CYCCNT : static_cast<uint32_t>(micros()); }

uint32_t cycle_counter_count(uint32_t difference) { return difference > reading_cost ? difference - reading_cost : 0; }

uint32_t cycle_counter_ns(uint32_t difference) {
  const uint64_t per_second = runs ? SystemCoreClock : 1000000u;
  const uint64_t ns = cycle_counter_count(difference) * UINT64_C(1000000000) / per_second;
  return ns < UINT32_MAX ? static_cast<uint32_t>(ns) : UINT32_MAX;
}
