// What the native forms of helper functions share. They are for the computer's own compiler, GCC or Clang, and for no microcontroller.
#ifndef PLUMBLINE_NATIVE_H
#define PLUMBLINE_NATIVE_H

#include <stdint.h>
#include <string.h>

#ifdef __AVX2__
#include <immintrin.h>

// plumbline_rescale of four sums at once, each with a multiplier and a shift of its own.
static inline __m128i plumbline_rescale_four(__m128i sums, __m128i multipliers, __m128i shifts, int32_t after)
{
    const __m128i doubled = _mm_add_epi32(sums, sums), half = _mm_set1_epi64x((int64_t)1 << 31);
    const __m128i even = _mm_add_epi64(_mm_mul_epi32(doubled, multipliers), half);
    const __m128i odd = _mm_add_epi64(_mm_mul_epi32(_mm_srli_epi64(doubled, 32), _mm_srli_epi64(multipliers, 32)), half);
    const __m128i high = _mm_blend_epi16(_mm_srli_epi64(even, 32), odd, 0xcc);
    const __m128i right = _mm_sub_epi32(_mm_set1_epi32(-1), shifts);
    const __m128i shifted = _mm_srav_epi32(_mm_add_epi32(high, _mm_srai_epi32(high, 31)), right);
    const __m128i codes = _mm_srai_epi32(_mm_add_epi32(shifted, _mm_set1_epi32(after)), 1);
    const __m128i narrow = _mm_packs_epi32(codes, codes);
    return _mm_packs_epi16(narrow, narrow);
}

// plumbline_rescale of eight sums of one output channel.
static inline void plumbline_rescale_eight(const int32_t sums[8], int32_t multiplier, int shift, int32_t after, int8_t codes[8])
{
    const __m128i multipliers = _mm_set1_epi32(multiplier), shifts = _mm_set1_epi32(shift);
    for (int i = 0; i < 8; i += 4) {
        const __m128i four = _mm_loadu_si128((const __m128i *)(sums + i));
        const int32_t word = _mm_cvtsi128_si32(plumbline_rescale_four(four, multipliers, shifts, after));
        memcpy(codes + i, &word, 4);
    }
}

// Four codes as int32.
static inline __m128i plumbline_four_codes(const int8_t *codes)
{
    int32_t word;
    memcpy(&word, codes, 4);
    return _mm_cvtepi8_epi32(_mm_cvtsi32_si128(word));
}
#endif

#endif
