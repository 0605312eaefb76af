// A virtual machine's peripherals, for the start-up code and for board_virtual: a USART and two timers of an STM32F405, as QEMU's netduinoplus2 has
// them. It has no watchdog, and clocks that nobody has to turn on.
// Sources: ST RM0090 (STM32F405 reference manual), and for the timers what QEMU 7.2 was seen to do.
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

#define MACHINE_CLOCK_HZ 168000000u
#define MACHINE_UART_IRQ 37u
#define MACHINE_CLOCK_IRQ 50u
#define MACHINE_IRQS 82u

// Before their prescalers QEMU's timers run at 1 GHz, on whatever the chip is set to.
#define MACHINE_TIMER_HZ 1000000u
#define MACHINE_COUNTER_PS 32000u
enum { TIMER_INPUT_KHZ = 1000000, TIMER_PRESCALER = TIMER_INPUT_KHZ / (MACHINE_TIMER_HZ / 1000u), COUNTER_PRESCALER = MACHINE_COUNTER_PS / 1000u };

typedef struct {
  volatile uint32_t status;
  volatile uint32_t data;
  volatile uint32_t baud_rate;
  volatile uint32_t control;
} stm32_usart;

#define USART1 ((stm32_usart *)0x40011000u)
enum { USART_OVERRUN = 1 << 3, USART_RECEIVED = 1 << 5, USART_EMPTY = 1 << 7 };                                             // status
enum { USART_RECEIVER = 1 << 2, USART_TRANSMITTER = 1 << 3, USART_RECEIVED_INTERRUPT = 1 << 5, USART_ENABLE = 1 << 13 };  // control

// QEMU looks for more bytes at each look at the status, which takes it microseconds: on a busy computer the usual number would outlast a host that
// asks again.
#define MACHINE_QUIET_POLLS 5000

INLINE void machine_uart_begin_sending(void) { USART1->control |= USART_ENABLE | USART_TRANSMITTER; }

INLINE void machine_uart_begin(void) {
  USART1->baud_rate = MACHINE_CLOCK_HZ / 2u / 115200u;  // of its bus; QEMU sends as fast as the host takes it
  USART1->control = USART_ENABLE | USART_TRANSMITTER | USART_RECEIVER | USART_RECEIVED_INTERRUPT;
}

INLINE bool machine_uart_full(void) { return !(USART1->status & USART_EMPTY); }
INLINE void machine_uart_send(uint8_t byte) { USART1->data = byte; }
INLINE bool machine_uart_received(void) { return USART1->status & USART_RECEIVED; }
INLINE uint8_t machine_uart_take(void) { return (uint8_t)USART1->data; }
INLINE void machine_uart_acknowledge(void) {}  // taking the byte does it
INLINE bool machine_uart_overran(void) { return USART1->status & USART_OVERRUN; }  // reading status and data clears it

typedef struct {
  volatile uint32_t control;
  uint32_t reserved0[2];
  volatile uint32_t interrupts;
  volatile uint32_t status;
  volatile uint32_t event;
  uint32_t reserved1[3];
  volatile uint32_t count;
  volatile uint32_t prescaler;  // ticks of the input that make one of the count, less one
  volatile uint32_t reload;
} stm32_timer;

#define TIM2 ((stm32_timer *)0x40000000u)
#define TIM5 ((stm32_timer *)0x40000C00u)
enum { TIMER_ENABLE = 1 << 0, TIMER_UPDATE = 1 << 0 };

// The clock, with an interrupt after each period; `elapsed` counts up to it. QEMU's count goes on beyond the reload value, and the interrupt may come
// some milliseconds late: taking a period off the count leaves no time out.

INLINE void machine_clock_begin(uint32_t period_ticks) {
  TIM5->prescaler = TIMER_PRESCALER - 1u;
  TIM5->interrupts = TIMER_UPDATE;
  TIM5->control = TIMER_ENABLE;
  TIM5->reload = period_ticks;
  TIM5->count = 0;
}

INLINE uint32_t machine_clock_elapsed(uint32_t period_ticks) {
  (void)period_ticks;
  return TIM5->count;
}

INLINE void machine_clock_acknowledge(uint32_t period_ticks) {
  TIM5->status = 0;
  TIM5->count -= period_ticks;
}

// The counter of all 2^32 ticks.

INLINE void machine_counter_begin(void) {
  TIM2->prescaler = COUNTER_PRESCALER - 1u;
  TIM2->reload = UINT32_MAX;
  TIM2->control = TIMER_ENABLE;
}

INLINE uint32_t machine_counter(void) { return TIM2->count; }
INLINE void machine_counter_align(void) { TIM2->count = 0; }

#define MACHINE_HAS_WATCHDOG 0

INLINE void machine_watchdog_begin(void) {}
INLINE void machine_watchdog_time(uint32_t ticks) { (void)ticks; }
INLINE void machine_watchdog_feed(void) {}

#endif
