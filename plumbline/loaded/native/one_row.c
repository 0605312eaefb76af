// All outputs of one row of inputs, as the generated form computes them: weights and inputs lie in the same order.
static void plumbline_one_row(const plumbline_layer *layer, const int8_t *pairs, int8_t *output)
{
    const int8_t *weights = layer->weights;
    const int32_t after = layer->output[0] * 2 + 1;
#ifdef __AVX2__
    const int fours = layer->inputs / 4;
    int64_t wide[fours]; // four inputs as int16 in each
    for (int k = 0; k < fours; ++k) {
        int32_t word;
        memcpy(&word, pairs + k * 8, 4);
        wide[k] = _mm_cvtsi128_si64(_mm_cvtepi8_epi16(_mm_cvtsi32_si128(word)));
    }
#endif
    for (int o = 0; o < layer->outputs; o += 4) {
        int32_t sums[4] = { 0, 0, 0, 0 };
#ifdef __AVX2__
        __m256i even = _mm256_setzero_si256(), odd = even;
        for (int k = 0; k < fours; k += 2, weights += 32) {
            const __m256i left = plumbline_sixteen_int16(weights);
            const __m256i right = plumbline_sixteen_int16(weights + 16);
            even = _mm256_add_epi32(even, _mm256_madd_epi16(left, _mm256_set1_epi64x(wide[k])));
            odd = _mm256_add_epi32(odd, _mm256_madd_epi16(right, _mm256_set1_epi64x(wide[k + 1])));
        }
        even = _mm256_add_epi32(even, odd);
        _mm_storeu_si128((__m128i *)sums, _mm_hadd_epi32(_mm256_castsi256_si128(even), _mm256_extracti128_si256(even, 1)));
#else
        const int8_t *from = pairs;
        for (int left = layer->inputs; left > 0; left -= 4, weights += 16, from += 8) {
            for (int each = 0; each < 4; ++each) {
                for (int i = 0; i < 4; ++i) {
                    sums[each] += weights[each * 4 + i] * from[i];
                }
            }
        }
#endif
        for (int i = 0; i < 4 && o + i < layer->outputs; ++i) {
            output[o + i] = plumbline_rescale(sums[i] + layer->bias[o + i], layer->multiplier[o + i], layer->shift[o + i], after);
        }
    }
}
