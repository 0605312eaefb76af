// The model of one number with a state that advances with each inference, for the native tests.
#include "../scalar/plumbline_model.h"

#undef PLUMBLINE_STATEFUL
#define PLUMBLINE_STATEFUL 1
