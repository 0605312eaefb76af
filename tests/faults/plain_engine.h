// What the engine of plain loops offers to a case that tries one of its layers alone.
#ifndef PLAIN_ENGINE_H
#define PLAIN_ENGINE_H

#include <stdint.h>

// The input (0), or what the layer before it in number gives.
int8_t *tensor(int number);

void run_layer(int number);

#endif
