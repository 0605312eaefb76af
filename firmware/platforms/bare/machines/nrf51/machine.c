// See machine.h.
#include "machine.h"

bool machine_uart_sending;
