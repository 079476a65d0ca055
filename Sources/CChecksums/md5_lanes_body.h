/* Included once a kernel, with TARGET, NAME, ROTATED and MIXED_F to MIXED_I. */

/* One operation of RFC 1321 on eight streams, and on eight others where there are: their chains do not wait for
   one another. */
#define OP(group, mixed, a, b, c, d, word, by, constant)                                                     \
  a##group = _mm256_add_epi32(                                                                               \
      b##group,                                                                                              \
      ROTATED(                                                                                               \
          mixed(                                                                                             \
              _mm256_add_epi32(a##group, _mm256_add_epi32(m##group[word], _mm256_set1_epi32((int)constant))), \
              b##group, c##group, d##group),                                                                 \
          by))
#define ONE(mixed, a, b, c, d, word, by, constant) OP(0, mixed, a, b, c, d, word, by, constant)
#define TWO(mixed, a, b, c, d, word, by, constant)                                                           \
  OP(0, mixed, a, b, c, d, word, by, constant);                                                              \
  OP(1, mixed, a, b, c, d, word, by, constant)

#define ALL_ROUNDS(STEP) \
  STEP(MIXED_F, a, b, c, d, 0, 7, 0xd76aa478u); \
  STEP(MIXED_F, d, a, b, c, 1, 12, 0xe8c7b756u); \
  STEP(MIXED_F, c, d, a, b, 2, 17, 0x242070dbu); \
  STEP(MIXED_F, b, c, d, a, 3, 22, 0xc1bdceeeu); \
  STEP(MIXED_F, a, b, c, d, 4, 7, 0xf57c0fafu); \
  STEP(MIXED_F, d, a, b, c, 5, 12, 0x4787c62au); \
  STEP(MIXED_F, c, d, a, b, 6, 17, 0xa8304613u); \
  STEP(MIXED_F, b, c, d, a, 7, 22, 0xfd469501u); \
  STEP(MIXED_F, a, b, c, d, 8, 7, 0x698098d8u); \
  STEP(MIXED_F, d, a, b, c, 9, 12, 0x8b44f7afu); \
  STEP(MIXED_F, c, d, a, b, 10, 17, 0xffff5bb1u); \
  STEP(MIXED_F, b, c, d, a, 11, 22, 0x895cd7beu); \
  STEP(MIXED_F, a, b, c, d, 12, 7, 0x6b901122u); \
  STEP(MIXED_F, d, a, b, c, 13, 12, 0xfd987193u); \
  STEP(MIXED_F, c, d, a, b, 14, 17, 0xa679438eu); \
  STEP(MIXED_F, b, c, d, a, 15, 22, 0x49b40821u); \
  STEP(MIXED_G, a, b, c, d, 1, 5, 0xf61e2562u); \
  STEP(MIXED_G, d, a, b, c, 6, 9, 0xc040b340u); \
  STEP(MIXED_G, c, d, a, b, 11, 14, 0x265e5a51u); \
  STEP(MIXED_G, b, c, d, a, 0, 20, 0xe9b6c7aau); \
  STEP(MIXED_G, a, b, c, d, 5, 5, 0xd62f105du); \
  STEP(MIXED_G, d, a, b, c, 10, 9, 0x02441453u); \
  STEP(MIXED_G, c, d, a, b, 15, 14, 0xd8a1e681u); \
  STEP(MIXED_G, b, c, d, a, 4, 20, 0xe7d3fbc8u); \
  STEP(MIXED_G, a, b, c, d, 9, 5, 0x21e1cde6u); \
  STEP(MIXED_G, d, a, b, c, 14, 9, 0xc33707d6u); \
  STEP(MIXED_G, c, d, a, b, 3, 14, 0xf4d50d87u); \
  STEP(MIXED_G, b, c, d, a, 8, 20, 0x455a14edu); \
  STEP(MIXED_G, a, b, c, d, 13, 5, 0xa9e3e905u); \
  STEP(MIXED_G, d, a, b, c, 2, 9, 0xfcefa3f8u); \
  STEP(MIXED_G, c, d, a, b, 7, 14, 0x676f02d9u); \
  STEP(MIXED_G, b, c, d, a, 12, 20, 0x8d2a4c8au); \
  STEP(MIXED_H, a, b, c, d, 5, 4, 0xfffa3942u); \
  STEP(MIXED_H, d, a, b, c, 8, 11, 0x8771f681u); \
  STEP(MIXED_H, c, d, a, b, 11, 16, 0x6d9d6122u); \
  STEP(MIXED_H, b, c, d, a, 14, 23, 0xfde5380cu); \
  STEP(MIXED_H, a, b, c, d, 1, 4, 0xa4beea44u); \
  STEP(MIXED_H, d, a, b, c, 4, 11, 0x4bdecfa9u); \
  STEP(MIXED_H, c, d, a, b, 7, 16, 0xf6bb4b60u); \
  STEP(MIXED_H, b, c, d, a, 10, 23, 0xbebfbc70u); \
  STEP(MIXED_H, a, b, c, d, 13, 4, 0x289b7ec6u); \
  STEP(MIXED_H, d, a, b, c, 0, 11, 0xeaa127fau); \
  STEP(MIXED_H, c, d, a, b, 3, 16, 0xd4ef3085u); \
  STEP(MIXED_H, b, c, d, a, 6, 23, 0x04881d05u); \
  STEP(MIXED_H, a, b, c, d, 9, 4, 0xd9d4d039u); \
  STEP(MIXED_H, d, a, b, c, 12, 11, 0xe6db99e5u); \
  STEP(MIXED_H, c, d, a, b, 15, 16, 0x1fa27cf8u); \
  STEP(MIXED_H, b, c, d, a, 2, 23, 0xc4ac5665u); \
  STEP(MIXED_I, a, b, c, d, 0, 6, 0xf4292244u); \
  STEP(MIXED_I, d, a, b, c, 7, 10, 0x432aff97u); \
  STEP(MIXED_I, c, d, a, b, 14, 15, 0xab9423a7u); \
  STEP(MIXED_I, b, c, d, a, 5, 21, 0xfc93a039u); \
  STEP(MIXED_I, a, b, c, d, 12, 6, 0x655b59c3u); \
  STEP(MIXED_I, d, a, b, c, 3, 10, 0x8f0ccc92u); \
  STEP(MIXED_I, c, d, a, b, 10, 15, 0xffeff47du); \
  STEP(MIXED_I, b, c, d, a, 1, 21, 0x85845dd1u); \
  STEP(MIXED_I, a, b, c, d, 8, 6, 0x6fa87e4fu); \
  STEP(MIXED_I, d, a, b, c, 15, 10, 0xfe2ce6e0u); \
  STEP(MIXED_I, c, d, a, b, 6, 15, 0xa3014314u); \
  STEP(MIXED_I, b, c, d, a, 13, 21, 0x4e0811a1u); \
  STEP(MIXED_I, a, b, c, d, 4, 6, 0xf7537e82u); \
  STEP(MIXED_I, d, a, b, c, 11, 10, 0xbd3af235u); \
  STEP(MIXED_I, c, d, a, b, 2, 15, 0x2ad7d2bbu); \
  STEP(MIXED_I, b, c, d, a, 9, 21, 0xeb86d391u);

/* Eight words of eight streams, turned so that each register holds one word of every stream. */
TARGET static inline void NAME(turn)(const uint8_t *const blocks[8], size_t offset, words out[8]) {
  words row[8], low[8], high[8];
  for (int n = 0; n < 8; n++) row[n] = _mm256_loadu_si256((const __m256i *)(blocks[n] + offset));
  for (int n = 0; n < 8; n += 2) {
    low[n] = _mm256_unpacklo_epi32(row[n], row[n + 1]);
    low[n + 1] = _mm256_unpackhi_epi32(row[n], row[n + 1]);
  }
  for (int n = 0; n < 8; n += 4) {
    high[n] = _mm256_unpacklo_epi64(low[n], low[n + 2]);
    high[n + 1] = _mm256_unpackhi_epi64(low[n], low[n + 2]);
    high[n + 2] = _mm256_unpacklo_epi64(low[n + 1], low[n + 3]);
    high[n + 3] = _mm256_unpackhi_epi64(low[n + 1], low[n + 3]);
  }
  for (int n = 0; n < 4; n++) {
    out[n] = _mm256_permute2x128_si256(high[n], high[n + 4], 0x20);
    out[n + 4] = _mm256_permute2x128_si256(high[n], high[n + 4], 0x31);
  }
}

TARGET static inline words NAME(gathered)(uint32_t *const states[8], int word) {
  return _mm256_setr_epi32(
      (int)states[0][word], (int)states[1][word], (int)states[2][word], (int)states[3][word],
      (int)states[4][word], (int)states[5][word], (int)states[6][word], (int)states[7][word]);
}

TARGET static inline void NAME(scatter)(uint32_t *const states[8], int word, words value) {
  uint32_t lanes[8];
  _mm256_storeu_si256((__m256i *)lanes, value);
  for (int n = 0; n < 8; n++) states[n][word] = lanes[n];
}

TARGET void NAME(8)(uint32_t *const states[8], const uint8_t *const blocks[8], size_t count) {
  words a0 = NAME(gathered)(states, 0), b0 = NAME(gathered)(states, 1), c0 = NAME(gathered)(states, 2), d0 = NAME(gathered)(states, 3);
  for (size_t block = 0; block < count; block++) {
    words m0[16];
    NAME(turn)(blocks, block * 64, m0);
    NAME(turn)(blocks, block * 64 + 32, m0 + 8);
    words wasA = a0, wasB = b0, wasC = c0, wasD = d0;
    ALL_ROUNDS(ONE)
    a0 = _mm256_add_epi32(a0, wasA);
    b0 = _mm256_add_epi32(b0, wasB);
    c0 = _mm256_add_epi32(c0, wasC);
    d0 = _mm256_add_epi32(d0, wasD);
  }
  NAME(scatter)(states, 0, a0);
  NAME(scatter)(states, 1, b0);
  NAME(scatter)(states, 2, c0);
  NAME(scatter)(states, 3, d0);
}

TARGET void NAME(16)(uint32_t *const states[16], const uint8_t *const blocks[16], size_t count) {
  words a0 = NAME(gathered)(states, 0), b0 = NAME(gathered)(states, 1), c0 = NAME(gathered)(states, 2), d0 = NAME(gathered)(states, 3);
  words a1 = NAME(gathered)(states + 8, 0), b1 = NAME(gathered)(states + 8, 1);
  words c1 = NAME(gathered)(states + 8, 2), d1 = NAME(gathered)(states + 8, 3);
  for (size_t block = 0; block < count; block++) {
    words m0[16], m1[16];
    NAME(turn)(blocks, block * 64, m0);
    NAME(turn)(blocks, block * 64 + 32, m0 + 8);
    NAME(turn)(blocks + 8, block * 64, m1);
    NAME(turn)(blocks + 8, block * 64 + 32, m1 + 8);
    words wasA0 = a0, wasB0 = b0, wasC0 = c0, wasD0 = d0;
    words wasA1 = a1, wasB1 = b1, wasC1 = c1, wasD1 = d1;
    ALL_ROUNDS(TWO)
    a0 = _mm256_add_epi32(a0, wasA0);
    b0 = _mm256_add_epi32(b0, wasB0);
    c0 = _mm256_add_epi32(c0, wasC0);
    d0 = _mm256_add_epi32(d0, wasD0);
    a1 = _mm256_add_epi32(a1, wasA1);
    b1 = _mm256_add_epi32(b1, wasB1);
    c1 = _mm256_add_epi32(c1, wasC1);
    d1 = _mm256_add_epi32(d1, wasD1);
  }
  NAME(scatter)(states, 0, a0);
  NAME(scatter)(states, 1, b0);
  NAME(scatter)(states, 2, c0);
  NAME(scatter)(states, 3, d0);
  NAME(scatter)(states + 8, 0, a1);
  NAME(scatter)(states + 8, 1, b1);
  NAME(scatter)(states + 8, 2, c1);
  NAME(scatter)(states + 8, 3, d1);
}

#undef TARGET
#undef NAME
#undef ROTATED
#undef MIXED_F
#undef MIXED_G
#undef MIXED_H
#undef MIXED_I
#undef OP
#undef ONE
#undef TWO
#undef ALL_ROUNDS
