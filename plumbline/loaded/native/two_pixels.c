#ifdef __AVX2__
// The sums of two outputs, interleaved as their weights are.
static inline __m256i plumbline_eight_of_two(__m256i sums, __m256i weights, __m256i inputs)
{
    return _mm256_add_epi32(sums, _mm256_madd_epi16(weights, inputs));
}

// The codes of four outputs of both pixels: int32 sums of the first one below, of the second above.
static inline void plumbline_store_two_pixels(
    const plumbline_layer *layer, int o, __m256i a, __m256i b, __m256i c, __m256i d, __m256i after, int8_t codes[8])
{
    const __m256i one = _mm256_hadd_epi32(a, b), two = _mm256_hadd_epi32(c, d);
    const __m256i sums = _mm256_add_epi32(_mm256_permute2x128_si256(one, two, 0x20), _mm256_permute2x128_si256(one, two, 0x31));
    const __m256i biased = _mm256_add_epi32(sums, plumbline_four_twice(layer->bias + o));
    const __m256i found = plumbline_rescale_eight(
        biased, plumbline_four_twice(layer->multiplier + o), plumbline_four_codes_twice(layer->shift + o), after);
    const __m256i words = _mm256_packs_epi32(found, found), bytes = _mm256_packs_epi16(words, words);
    const int32_t low = _mm256_extract_epi32(bytes, 0), high = _mm256_extract_epi32(bytes, 4);
    memcpy(codes, &low, 4);
    memcpy(codes + 4, &high, 4);
}
#endif

// All outputs of two pixels, as the generated form computes them: weights and inputs lie in the same order.
static void plumbline_two_pixels(const plumbline_layer *layer, int8_t *pairs, int8_t *first, int8_t *second)
{
    const int8_t *weights = layer->weights;
    const int32_t after = layer->output[0] * 2 + 1;
    int o = 0;
#ifdef __AVX2__
    const int blocks = layer->inputs / 8;
    __m256i wide[blocks * 2]; // of eight inputs those of the first pixel, four of them twice in a row, then those of the second
    for (int k = 0; k < blocks; ++k) {
        const __m128i four = _mm_loadu_si128((const __m128i *)(pairs + k * 32)), others = _mm_loadu_si128((const __m128i *)(pairs + k * 32 + 16));
        const __m128i one = _mm_unpacklo_epi64(_mm_shuffle_epi32(four, 0x00), _mm_shuffle_epi32(others, 0x00));
        const __m128i two = _mm_unpacklo_epi64(_mm_shuffle_epi32(four, 0xaa), _mm_shuffle_epi32(others, 0xaa));
        wide[k * 2] = _mm256_cvtepi8_epi16(one);
        wide[k * 2 + 1] = _mm256_cvtepi8_epi16(two);
    }
    for (; o + 4 <= layer->outputs; o += 4, weights += blocks * 32) {
        const int8_t *const others = weights + blocks * 16;
        __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a;
        for (int k = 0; k < blocks; ++k) {
            const __m256i left = plumbline_sixteen_int16(weights + k * 16), right = plumbline_sixteen_int16(others + k * 16);
            a = plumbline_eight_of_two(a, left, wide[k * 2]);
            b = plumbline_eight_of_two(b, right, wide[k * 2]);
            c = plumbline_eight_of_two(c, left, wide[k * 2 + 1]);
            d = plumbline_eight_of_two(d, right, wide[k * 2 + 1]);
        }
        int8_t codes[8];
        plumbline_store_two_pixels(layer, o, a, b, c, d, _mm256_set1_epi32(after), codes);
        memcpy(second + o, codes + 4, 4);
        memcpy(first + o, codes, 4);
    }
#endif
    for (; o < layer->outputs; o += 2) {
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
