#include "crc_kernels.h"

#if CRC_HAS_FOLDING
#include <immintrin.h>

#define PCLMUL __attribute__((target("pclmul,sse4.1")))
#define VPCLMUL __attribute__((target("avx2,pclmul,vpclmulqdq")))

PCLMUL static inline __m128i load(const uint8_t *bytes) { return _mm_loadu_si128((const __m128i *)bytes); }

PCLMUL static inline __m128i pair(const uint64_t k[2]) {
  return _mm_set_epi64x((long long)k[1], (long long)k[0]);
}

/* Moves 128 bits forward by the distance of k and adds what stands there. */
PCLMUL static inline __m128i fold(__m128i x, __m128i k, __m128i there) {
  __m128i first = _mm_clmulepi64_si128(x, k, 0x00);
  __m128i second = _mm_clmulepi64_si128(x, k, 0x11);
  return _mm_xor_si128(_mm_xor_si128(first, second), there);
}

/* Blocks that are left are folded in one by one. */
PCLMUL static inline size_t finish(
    const crc_folds *k, __m128i x, const uint8_t *bytes, size_t done, size_t count, uint8_t out[16]) {
  __m128i by128 = pair(k->by128);
  for (; count - done >= 16; done += 16) x = fold(x, by128, load(bytes + done));
  _mm_storeu_si128((__m128i *)out, x);
  return done;
}

PCLMUL size_t crc_fold_pclmul(
    const crc_folds *k, uint64_t crc, const uint8_t *bytes, size_t count, uint8_t out[16]) {
  __m128i a0 = load(bytes), a1 = load(bytes + 16), a2 = load(bytes + 32), a3 = load(bytes + 48);
  __m128i a4 = load(bytes + 64), a5 = load(bytes + 80), a6 = load(bytes + 96), a7 = load(bytes + 112);
  a0 = _mm_xor_si128(a0, _mm_set_epi64x(0, (long long)crc));
  __m128i by1024 = pair(k->by1024), by128 = pair(k->by128);
  size_t done = 128;
  for (; count - done >= 128; done += 128) {
    const uint8_t *next = bytes + done;
    a0 = fold(a0, by1024, load(next));
    a1 = fold(a1, by1024, load(next + 16));
    a2 = fold(a2, by1024, load(next + 32));
    a3 = fold(a3, by1024, load(next + 48));
    a4 = fold(a4, by1024, load(next + 64));
    a5 = fold(a5, by1024, load(next + 80));
    a6 = fold(a6, by1024, load(next + 96));
    a7 = fold(a7, by1024, load(next + 112));
  }
  a1 = fold(a0, by128, a1);
  a2 = fold(a1, by128, a2);
  a3 = fold(a2, by128, a3);
  a4 = fold(a3, by128, a4);
  a5 = fold(a4, by128, a5);
  a6 = fold(a5, by128, a6);
  a7 = fold(a6, by128, a7);
  return finish(k, a7, bytes, done, count, out);
}

VPCLMUL static inline __m256i load_wide(const uint8_t *bytes) {
  return _mm256_loadu_si256((const __m256i *)bytes);
}

VPCLMUL static inline __m256i fold_wide(__m256i x, __m256i k, __m256i there) {
  __m256i first = _mm256_clmulepi64_epi128(x, k, 0x00);
  __m256i second = _mm256_clmulepi64_epi128(x, k, 0x11);
  return _mm256_xor_si256(_mm256_xor_si256(first, second), there);
}

VPCLMUL size_t crc_fold_vpclmul(
    const crc_folds *k, uint64_t crc, const uint8_t *bytes, size_t count, uint8_t out[16]) {
  if (count < 256) return crc_fold_pclmul(k, crc, bytes, count, out);
  __m256i a0 = load_wide(bytes), a1 = load_wide(bytes + 32), a2 = load_wide(bytes + 64);
  __m256i a3 = load_wide(bytes + 96), a4 = load_wide(bytes + 128), a5 = load_wide(bytes + 160);
  __m256i a6 = load_wide(bytes + 192), a7 = load_wide(bytes + 224);
  a0 = _mm256_xor_si256(a0, _mm256_set_epi64x(0, 0, 0, (long long)crc));
  __m256i by2048 = _mm256_broadcastsi128_si256(pair(k->by2048));
  size_t done = 256;
  for (; count - done >= 256; done += 256) {
    const uint8_t *next = bytes + done;
    a0 = fold_wide(a0, by2048, load_wide(next));
    a1 = fold_wide(a1, by2048, load_wide(next + 32));
    a2 = fold_wide(a2, by2048, load_wide(next + 64));
    a3 = fold_wide(a3, by2048, load_wide(next + 96));
    a4 = fold_wide(a4, by2048, load_wide(next + 128));
    a5 = fold_wide(a5, by2048, load_wide(next + 160));
    a6 = fold_wide(a6, by2048, load_wide(next + 192));
    a7 = fold_wide(a7, by2048, load_wide(next + 224));
  }
  __m256i by256 = _mm256_broadcastsi128_si256(pair(k->by256));
  a1 = fold_wide(a0, by256, a1);
  a2 = fold_wide(a1, by256, a2);
  a3 = fold_wide(a2, by256, a3);
  a4 = fold_wide(a3, by256, a4);
  a5 = fold_wide(a4, by256, a5);
  a6 = fold_wide(a5, by256, a6);
  a7 = fold_wide(a6, by256, a7);
  __m128i x = fold(_mm256_castsi256_si128(a7), pair(k->by128), _mm256_extracti128_si256(a7, 1));
  return finish(k, x, bytes, done, count, out);
}

PCLMUL void crc_clmul(uint64_t a, uint64_t b, uint64_t out[2]) {
  __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)a), _mm_set_epi64x(0, (long long)b), 0);
  _mm_storeu_si128((__m128i *)out, product);
}
#endif
