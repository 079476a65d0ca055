#ifndef CRC_KERNELS_H
#define CRC_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* Constants that move 128 bits forward: by the distance between two accumulators, and by one step of all of them.
   Each pair is { x^(distance + 63), x^(distance - 1) } mod P, reflected in 64 bits: the product of two reflected
   words stands one bit too high, hence the - 1. */
typedef struct {
  uint64_t by128[2];
  uint64_t by256[2];
  uint64_t by1024[2];
  uint64_t by2048[2];
} crc_folds;

#if defined(__x86_64__)
#define CRC_HAS_FOLDING 1
/* Fold whole 16-byte blocks, at least CRC_FOLD_MINIMUM bytes of them, into 16 bytes that have the same remainder.
   `crc` is the running register, reflected, in the low bits. Return how many bytes were taken. */
size_t crc_fold_pclmul(const crc_folds *k, uint64_t crc, const uint8_t *bytes, size_t count, uint8_t out[16]);
size_t crc_fold_vpclmul(const crc_folds *k, uint64_t crc, const uint8_t *bytes, size_t count, uint8_t out[16]);
/* The 128 bits of a * b without carries: low half, high half. */
void crc_clmul(uint64_t a, uint64_t b, uint64_t out[2]);
#define CRC_FOLD_MINIMUM 128
#else
/* Elsewhere the portable tables are what runs. */
#define CRC_HAS_FOLDING 0
#endif

#endif
