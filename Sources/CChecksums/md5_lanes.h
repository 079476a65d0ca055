#ifndef MD5_LANES_H
#define MD5_LANES_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#define MD5_HAS_LANES 1
/* Each advances 8 or 16 streams by the same number of 64-byte blocks. */
typedef void md5_lanes(uint32_t *const *states, const uint8_t *const *blocks, size_t count);
md5_lanes md5_avx2_8, md5_avx2_16;
md5_lanes md5_avx512_8, md5_avx512_16;
#else
#define MD5_HAS_LANES 0
#endif

#endif
