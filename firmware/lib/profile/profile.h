// What each operator of the last inference cost, in a build with PLUMBLINE_PROFILE: the compiled model then calls a probe before every
// operator and behind the last, which reads the board's counter. Other builds hold neither probes nor this.
#ifndef PROFILE_H
#define PROFILE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Called by the compiled model when `done` operators have run, 0 to PLUMBLINE_OPERATORS.
void plumbline_probe(uint32_t done);

// The cost of an operator, below PLUMBLINE_OPERATORS, in board_counter_unit(), without the probe's; 0 before the first inference.
// The virtual board's counts are exact and the same every time. On a chip a probe may cost a few cycles more or less than was measured.
uint32_t profile_count(uint32_t number);

// What one probe costs, measured anew.
uint32_t profile_probe_count(void);

#ifdef __cplusplus
}
#endif

#endif
