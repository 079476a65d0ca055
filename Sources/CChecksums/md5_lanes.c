/* The two kernels of this machine's family, made from one text: md5_lanes_body.h. */
#include "md5_lanes.h"

#if MD5_HAS_LANES
#include <immintrin.h>

typedef __m256i words;

/* With AVX2: G is the sum of two terms that share no bit, so that only one of them waits for b. */
#define TARGET __attribute__((target("avx2")))
#define NAME(lanes) md5_avx2_##lanes
#define ROTATED(x, by) _mm256_or_si256(_mm256_slli_epi32(x, by), _mm256_srli_epi32(x, 32 - by))
#define MIXED_F(sum, b, c, d) \
  _mm256_add_epi32(sum, _mm256_xor_si256(d, _mm256_and_si256(b, _mm256_xor_si256(c, d))))
#define MIXED_G(sum, b, c, d) \
  _mm256_add_epi32(_mm256_add_epi32(sum, _mm256_andnot_si256(d, c)), _mm256_and_si256(d, b))
#define MIXED_H(sum, b, c, d) _mm256_add_epi32(sum, _mm256_xor_si256(b, _mm256_xor_si256(c, d)))
#define MIXED_I(sum, b, c, d)                                                                          \
  _mm256_add_epi32(                                                                                    \
      sum, _mm256_xor_si256(c, _mm256_or_si256(b, _mm256_xor_si256(d, _mm256_set1_epi32(-1)))))
#include "md5_lanes_body.h"

/* With AVX-512VL: rotation and every mixing function are one instruction each. */
#define TARGET __attribute__((target("avx2,avx512f,avx512vl")))
#define NAME(lanes) md5_avx512_##lanes
#define ROTATED(x, by) _mm256_rol_epi32(x, by)
#define MIXED_F(sum, b, c, d) _mm256_add_epi32(sum, _mm256_ternarylogic_epi32(b, c, d, 0xca))
#define MIXED_G(sum, b, c, d) _mm256_add_epi32(sum, _mm256_ternarylogic_epi32(b, c, d, 0xe4))
#define MIXED_H(sum, b, c, d) _mm256_add_epi32(sum, _mm256_ternarylogic_epi32(b, c, d, 0x96))
#define MIXED_I(sum, b, c, d) _mm256_add_epi32(sum, _mm256_ternarylogic_epi32(b, c, d, 0x39))
#include "md5_lanes_body.h"
#endif
