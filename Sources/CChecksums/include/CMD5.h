#ifndef CMD5_H
#define CMD5_H

#include <stddef.h>
#include <stdint.h>

/* A running MD5 (RFC 1321). */
typedef struct {
  uint32_t state[4];
  /* Bytes taken so far. */
  uint64_t length;
  /* The length % 64 bytes that wait for their block to fill. */
  uint8_t pending[64];
} cchecksums_md5;

void cchecksums_md5_start(cchecksums_md5 *stream);
/* Takes further bytes of several streams at once; `streams` are different ones, lengths are free. */
void cchecksums_md5_update(
    cchecksums_md5 *const *streams, const uint8_t *const *bytes, const size_t *counts, size_t stream_count);
void cchecksums_md5_finish(cchecksums_md5 *stream, uint8_t digest[16]);

/* Ways to advance several streams, each faster than the one before where the machine has it. The portable one takes
   them one by one, the others up to 16 together. */
enum { CCHECKSUMS_MD5_PORTABLE, CCHECKSUMS_MD5_AVX2, CCHECKSUMS_MD5_AVX512 };

/* Whether this machine can run a kernel. */
int cchecksums_md5_supports(int kernel);
/* The kernel that runs: the best one, or what the environment's TRANSHIP_MD5_KERNEL names (portable, avx2). */
int cchecksums_md5_kernel(void);
/* The same update by one kernel, which must be supported; for tests and measurements. */
void cchecksums_md5_update_with(
    int kernel, cchecksums_md5 *const *streams, const uint8_t *const *bytes, const size_t *counts,
    size_t stream_count);

#endif
