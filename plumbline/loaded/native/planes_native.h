// What both forms of plumbline_plane_3x3 share.
#ifndef PLUMBLINE_PLANES_NATIVE_H
#define PLUMBLINE_PLANES_NATIVE_H

// One channel of the output, eight neighbours of a row at a time, of which the compiler makes vectors. Up to 16 bytes behind the plane are read, and
// nothing is made of them: the driver's memory has more.
static inline __attribute__((always_inline)) void plumbline_native_3x3(
    const plumbline_layer *layer, const plumbline_planes *p, int channel, const int8_t *plane, int8_t *output, int stride)
{
    const int8_t *const weights = layer->weights + channel * 12;
    const int32_t bias = layer->bias[channel], multiplier = layer->multiplier[channel], after = layer->output[0] * 2 + 1;
    const int shift = layer->shift[channel], step = p->channels, line = p->plane_width;
    for (int y = 0; y < p->rows; ++y, plane += line * stride) {
        for (int x = 0; x < p->columns; x += 8) {
            int32_t sums[8];
            int8_t codes[8];
            for (int i = 0; i < 8; ++i) {
                sums[i] = bias;
            }
            for (int row = 0; row < 3; ++row) {
                const int8_t *const from = plane + row * line + x * stride;
                const int32_t weight = weights[row * 4], weight2 = weights[row * 4 + 1], weight3 = weights[row * 4 + 3];
                for (int i = 0; i < 8; ++i) {
                    sums[i] += weight * from[i * stride] + weight2 * from[i * stride + 1] + weight3 * from[i * stride + 2];
                }
            }
#ifdef __AVX2__
            plumbline_rescale_eight(sums, multiplier, shift, after, codes);
#else
            for (int i = 0; i < 8; ++i) {
                codes[i] = plumbline_rescale(sums[i], multiplier, shift, after);
            }
#endif
            const int count = p->columns - x < 8 ? p->columns - x : 8;
            for (int i = 0; i < count; ++i, output += step) {
                *output = codes[i];
            }
        }
    }
}

#endif
