// What the native forms of helper functions share. They are for the computer's own compiler, GCC or Clang, and for no microcontroller.
#ifndef PLUMBLINE_NATIVE_H
#define PLUMBLINE_NATIVE_H

#include <stdint.h>
#include <string.h>

#ifdef __AVX2__
#include <immintrin.h>

// plumbline_rescale of eight sums at once, each with a multiplier and a shift of its own: int32 before their saturation to codes.
static inline __m256i plumbline_rescale_eight(__m256i sums, __m256i multipliers, __m256i shifts, __m256i after)
{
    const __m256i doubled = _mm256_add_epi32(sums, sums), half = _mm256_set1_epi64x((int64_t)1 << 31);
    const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(doubled, multipliers), half);
    const __m256i odd = _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(doubled, 32), _mm256_srli_epi64(multipliers, 32)), half);
    const __m256i high = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
    const __m256i right = _mm256_sub_epi32(_mm256_set1_epi32(-1), shifts);
    const __m256i shifted = _mm256_srav_epi32(_mm256_add_epi32(high, _mm256_srai_epi32(high, 31)), right);
    return _mm256_srai_epi32(_mm256_add_epi32(shifted, after), 1);
}

// Four numbers, twice.
static inline __m256i plumbline_four_twice(const int32_t *numbers)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)numbers));
}

// Four codes as int32, twice.
static inline __m256i plumbline_four_codes_twice(const int8_t *codes)
{
    int32_t word;
    memcpy(&word, codes, 4);
    return _mm256_broadcastsi128_si256(_mm_cvtepi8_epi32(_mm_cvtsi32_si128(word)));
}

// Four numbers and the four behind the next four.
static inline __m256i plumbline_lower_fours(const int32_t *numbers)
{
    return _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)numbers)), _mm_loadu_si128((const __m128i *)(numbers + 8)), 1);
}

// Sixteen codes as int16.
static inline __m256i plumbline_sixteen_int16(const int8_t *codes)
{
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)codes));
}

// Of two times eight sums, the lower and the upper half of each in turn, the codes: 16 bytes.
static inline __m128i plumbline_sixteen_codes(__m256i low, __m256i high)
{
    const __m256i words = _mm256_packs_epi32(low, high);
    return _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_packs_epi16(words, words), 0x08));
}
#endif

#endif
