// The nRF52840's reset reason, and its watchdog where the build asks for it.
#ifndef PLUMBLINE_RESET_AND_WATCHDOG_H
#define PLUMBLINE_RESET_AND_WATCHDOG_H

// Once after each start: reads why the chip was reset, and clears it, because the chip adds to what stands there.
void last_reset_begin(void);

// "watchdog", "lockup", or empty after every other start.
const char *last_reset_text(void);

// Built with -D PLUMBLINE_WATCHDOG_S=20, the watchdog bites after that many seconds without a feed, 1 to 36 hours; else the two do nothing.
void watchdog_begin(void);
void watchdog_feed(void);

#endif
