// A depthwise convolution as a computer runs it fastest: neighbouring channels at once, where they lie. The generated code goes channel by channel: the
// first call for an image answers all of them, the others have nothing to do.
typedef struct {
    int height, width, channels; // of the image
    int top, left; // zero points in front of it
    int rows, columns; // of the output
    int plane_rows, plane_width;
    int8_t zero_point;
} plumbline_planes;

// The image that the thread is at.
static __thread const int8_t *plumbline_image;

static inline void plumbline_frame(const plumbline_planes *p, int8_t *plane)
{
    (void)p;
    (void)plane;
    plumbline_image = NULL;
}

static inline void plumbline_plane(const plumbline_planes *p, const int8_t *channel, int8_t *plane)
{
    (void)plane;
    if (!plumbline_image || channel - plumbline_image >= p->channels) {
        plumbline_image = channel;
    }
}

// Where the nine taps of an output lie, and the last one once more; `outside` is there for those that lie outside of the image. `image` begins with
// the first of the channels that are asked for.
static inline void plumbline_nine_taps(
    const plumbline_planes *p, const int8_t *image, int row, int column, const int8_t *outside, const int8_t *taps[10])
{
    const int step = p->channels, line = p->width * step;
    if (row >= 0 && column >= 0 && row + 3 <= p->height && column + 3 <= p->width) {
        const int8_t *const first = image + row * line + column * step;
        for (int t = 0; t < 9; ++t) {
            taps[t] = first + t / 3 * line + t % 3 * step;
        }
    } else {
        for (int t = 0; t < 9; ++t) {
            const int y = row + t / 3, x = column + t % 3;
            taps[t] = y < 0 || x < 0 || y >= p->height || x >= p->width ? outside : image + y * line + x * step;
        }
    }
    taps[9] = taps[8];
}

// The codes of sixteen channels of an image, of which `count` are there. Up to 15 bytes behind it are read, and nothing is made of them: the driver's
// memory has more.
static inline void plumbline_sixteen_channels(
    const plumbline_layer *layer, const plumbline_planes *p, int channel, int count, int8_t *output, int stride)
{
    int16_t weights[10][16] = { { 0 } };
    int32_t bias[16] = { 0 }, multiplier[16] = { 0 }, shift[16];
    int8_t outside[16], codes[16];
    memset(outside, p->zero_point, sizeof outside);
    for (int i = 0; i < 16; ++i) {
        shift[i] = -1;
    }
    for (int i = 0; i < count; ++i) {
        const int8_t *const own = layer->weights + (channel + i) * 12;
        for (int t = 0; t < 9; ++t) {
            weights[t][i] = own[t / 3 * 4 + t % 3 + (t % 3 == 2)];
        }
        bias[i] = layer->bias[channel + i];
        multiplier[i] = layer->multiplier[channel + i];
        shift[i] = layer->shift[channel + i];
    }
    const int32_t after = layer->output[0] * 2 + 1;
#ifdef __AVX2__
    __m256i low_weights[5], high_weights[5];
    for (int t = 0; t < 5; ++t) {
        const __m256i one = _mm256_loadu_si256((const __m256i *)weights[t * 2]), two = _mm256_loadu_si256((const __m256i *)weights[t * 2 + 1]);
        low_weights[t] = _mm256_unpacklo_epi16(one, two);
        high_weights[t] = _mm256_unpackhi_epi16(one, two);
    }
    const __m256i low_bias = plumbline_lower_fours(bias), high_bias = plumbline_lower_fours(bias + 4);
    const __m256i low_multiplier = plumbline_lower_fours(multiplier), high_multiplier = plumbline_lower_fours(multiplier + 4);
    const __m256i low_shift = plumbline_lower_fours(shift), high_shift = plumbline_lower_fours(shift + 4), added = _mm256_set1_epi32(after);
#endif
    for (int y = 0; y < p->rows; ++y) {
        for (int x = 0; x < p->columns; ++x, output += p->channels) {
            const int8_t *taps[10];
            plumbline_nine_taps(p, plumbline_image + channel, y * stride - p->top, x * stride - p->left, outside, taps);
#ifdef __AVX2__
            __m256i low = low_bias, high = high_bias;
            for (int t = 0; t < 5; ++t) {
                const __m256i one = plumbline_sixteen_int16(taps[t * 2]), two = plumbline_sixteen_int16(taps[t * 2 + 1]);
                low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(one, two), low_weights[t]));
                high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(one, two), high_weights[t]));
            }
            low = plumbline_rescale_eight(low, low_multiplier, low_shift, added);
            high = plumbline_rescale_eight(high, high_multiplier, high_shift, added);
            _mm_storeu_si128((__m128i *)codes, plumbline_sixteen_codes(low, high));
#else
            int32_t sums[16];
            memcpy(sums, bias, sizeof sums);
            for (int t = 0; t < 9; ++t) {
                for (int i = 0; i < 16; ++i) {
                    sums[i] += weights[t][i] * taps[t][i];
                }
            }
            for (int i = 0; i < 16; ++i) {
                codes[i] = plumbline_rescale(sums[i], multiplier[i], shift[i], after);
            }
#endif
            if (count == 16) {
                memcpy(output, codes, 16);
            } else {
                memcpy(output, codes, (size_t)count);
            }
        }
    }
}

static inline __attribute__((always_inline)) void plumbline_all_channels(
    const plumbline_layer *layer, const plumbline_planes *p, int channel, int8_t *output, int stride)
{
    if (channel == 0) {
        for (; channel < p->channels; channel += 16) {
            const int count = p->channels - channel < 16 ? p->channels - channel : 16;
            plumbline_sixteen_channels(layer, p, channel, count, output + channel, stride);
        }
    }
}
