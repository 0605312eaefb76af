// All outputs of two pixels, as the generated form computes them: weights and inputs lie in the same order.
#ifdef __AVX2__
static void plumbline_two_pixels(const plumbline_layer *layer, int8_t *pairs, int8_t *first, int8_t *second)
{
    const int blocks = layer->inputs / 8;
    const int32_t after = layer->output[0] * 2 + 1;
    __m256i wide[blocks * 2]; // of eight inputs those of the first pixel, four of them twice in a row, then those of the second
    for (int k = 0; k < blocks; ++k) {
        const __m128i four = _mm_loadu_si128((const __m128i *)(pairs + k * 32)), others = _mm_loadu_si128((const __m128i *)(pairs + k * 32 + 16));
        wide[k * 2] = _mm256_cvtepi8_epi16(_mm_unpacklo_epi64(_mm_shuffle_epi32(four, 0x00), _mm_shuffle_epi32(others, 0x00)));
        wide[k * 2 + 1] = _mm256_cvtepi8_epi16(_mm_unpacklo_epi64(_mm_shuffle_epi32(four, 0xaa), _mm_shuffle_epi32(others, 0xaa)));
    }
    const int8_t *weights = layer->weights;
    for (int o = 0; o < layer->outputs; o += 2) {
        const int next = o + 1 < layer->outputs ? o + 1 : o;
        __m256i one = _mm256_setzero_si256(), two = one, one_more = one, two_more = one;
        int k = 0;
        for (; k + 2 <= blocks; k += 2, weights += 32) {
            const __m256i left = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)weights));
            const __m256i right = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(weights + 16)));
            one = _mm256_add_epi32(one, _mm256_madd_epi16(left, wide[k * 2]));
            two = _mm256_add_epi32(two, _mm256_madd_epi16(left, wide[k * 2 + 1]));
            one_more = _mm256_add_epi32(one_more, _mm256_madd_epi16(right, wide[k * 2 + 2]));
            two_more = _mm256_add_epi32(two_more, _mm256_madd_epi16(right, wide[k * 2 + 3]));
        }
        if (k < blocks) {
            const __m256i left = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)weights));
            one = _mm256_add_epi32(one, _mm256_madd_epi16(left, wide[k * 2]));
            two = _mm256_add_epi32(two, _mm256_madd_epi16(left, wide[k * 2 + 1]));
            weights += 16;
        }
        one = _mm256_add_epi32(one, one_more);
        two = _mm256_add_epi32(two, two_more);
        const __m128i a = _mm_add_epi32(_mm256_castsi256_si128(one), _mm256_extracti128_si256(one, 1));
        const __m128i b = _mm_add_epi32(_mm256_castsi256_si128(two), _mm256_extracti128_si256(two, 1));
        const __m128i bias = _mm_set_epi32(layer->bias[next], layer->bias[o], layer->bias[next], layer->bias[o]);
        const __m128i multiplier = _mm_set_epi32(layer->multiplier[next], layer->multiplier[o], layer->multiplier[next], layer->multiplier[o]);
        const __m128i shift = _mm_set_epi32(layer->shift[next], layer->shift[o], layer->shift[next], layer->shift[o]);
        const __m128i codes = plumbline_rescale_four(_mm_add_epi32(_mm_hadd_epi32(a, b), bias), multiplier, shift, after);
        const uint32_t word = (uint32_t)_mm_cvtsi128_si32(codes);
        second[next] = (int8_t)(word >> 24);
        second[o] = (int8_t)(word >> 16);
        first[next] = (int8_t)(word >> 8);
        first[o] = (int8_t)word;
    }
}
#else
static void plumbline_two_pixels(const plumbline_layer *layer, int8_t *pairs, int8_t *first, int8_t *second)
{
    const int8_t *weights = layer->weights;
    const int32_t after = layer->output[0] * 2 + 1;
    for (int o = 0; o < layer->outputs; o += 2) {
        const int next = o + 1 < layer->outputs ? o + 1 : o;
        int32_t sums[2][2] = { { layer->bias[o], layer->bias[next] }, { layer->bias[o], layer->bias[next] } };
        const int8_t *from = pairs;
        for (int left = layer->inputs; left > 0; left -= 4, weights += 8, from += 16) {
            for (int i = 0; i < 4; ++i) {
                sums[0][0] += weights[i] * from[i];
                sums[0][1] += weights[4 + i] * from[i];
                sums[1][0] += weights[i] * from[8 + i];
                sums[1][1] += weights[4 + i] * from[8 + i];
            }
        }
        second[next] = plumbline_rescale(sums[1][1], layer->multiplier[next], layer->shift[next], after);
        second[o] = plumbline_rescale(sums[1][0], layer->multiplier[o], layer->shift[o], after);
        first[next] = plumbline_rescale(sums[0][1], layer->multiplier[next], layer->shift[next], after);
        first[o] = plumbline_rescale(sums[0][0], layer->multiplier[o], layer->shift[o], after);
    }
}
#endif
