#include "planes_native.h"

static void plumbline_plane_3x3_stride_2(const plumbline_layer *layer, const plumbline_planes *p, int channel, const int8_t *plane, int8_t *output)
{
    plumbline_native_3x3(layer, p, channel, plane, output, 2);
}
