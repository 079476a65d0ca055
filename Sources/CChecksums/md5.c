#define OPENSSL_SUPPRESS_DEPRECATED
#include "CMD5.h"
#include "md5_lanes.h"

#include <openssl/md5.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 64
#define MOST_LANES 16

static int active_kernel = CCHECKSUMS_MD5_PORTABLE;
static pthread_once_t kernel_once = PTHREAD_ONCE_INIT;

int cchecksums_md5_supports(int kernel) {
#if MD5_HAS_LANES
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2");
  if (kernel == CCHECKSUMS_MD5_AVX512)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
  if (kernel == CCHECKSUMS_MD5_AVX2) return avx2;
#endif
  return kernel == CCHECKSUMS_MD5_PORTABLE;
}

static void choose_kernel(void) {
  const char *name = getenv("TRANSHIP_MD5_KERNEL");
  int kernel = CCHECKSUMS_MD5_AVX512;
  if (name && strcmp(name, "portable") == 0) kernel = CCHECKSUMS_MD5_PORTABLE;
  if (name && strcmp(name, "avx2") == 0) kernel = CCHECKSUMS_MD5_AVX2;
  while (!cchecksums_md5_supports(kernel)) kernel--;
  active_kernel = kernel;
}

int cchecksums_md5_kernel(void) {
  pthread_once(&kernel_once, choose_kernel);
  return active_kernel;
}

void cchecksums_md5_start(cchecksums_md5 *stream) {
  static const uint32_t initial[4] = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u};
  memcpy(stream->state, initial, sizeof initial);
  stream->length = 0;
}

/* Whole blocks of one stream: nothing is faster on one stream than OpenSSL. */
static void single(uint32_t state[4], const uint8_t *blocks, size_t count) {
  MD5_CTX context;
  MD5_Init(&context);
  context.A = state[0];
  context.B = state[1];
  context.C = state[2];
  context.D = state[3];
  MD5_Update(&context, blocks, count * BLOCK);
  state[0] = context.A;
  state[1] = context.B;
  state[2] = context.C;
  state[3] = context.D;
}

/* Streams that are advanced together, the longest first. */
typedef struct {
  uint32_t *state;
  const uint8_t *bytes;
  size_t blocks;
} run;

static int longer(const void *one, const void *other) {
  size_t a = ((const run *)one)->blocks, b = ((const run *)other)->blocks;
  return a < b ? 1 : a > b ? -1 : 0;
}

#if MD5_HAS_LANES
/* Advances up to 16 runs by a number of blocks; a lane without a stream repeats the first one into the void. */
static void together(int kernel, run *runs, size_t count, size_t blocks) {
  uint32_t unused[4] = {0};
  uint32_t *states[MOST_LANES];
  const uint8_t *bytes[MOST_LANES];
  size_t lanes = count > 8 ? 16 : 8;
  for (size_t lane = 0; lane < lanes; lane++) {
    states[lane] = lane < count ? runs[lane].state : unused;
    bytes[lane] = lane < count ? runs[lane].bytes : runs[0].bytes;
  }
  if (kernel == CCHECKSUMS_MD5_AVX512)
    (lanes == 16 ? md5_avx512_16 : md5_avx512_8)(states, bytes, blocks);
  else
    (lanes == 16 ? md5_avx2_16 : md5_avx2_8)(states, bytes, blocks);
}
#endif

/* A group goes as far as its shortest run; what is left is grouped anew. */
static void advance(int kernel, run *runs, size_t count) {
  while (count > 0) {
#if MD5_HAS_LANES
    /* Two streams are as fast one after the other. */
    if (kernel != CCHECKSUMS_MD5_PORTABLE && count > 2) {
      size_t group = count < MOST_LANES ? count : MOST_LANES;
      qsort(runs, count, sizeof *runs, longer);
      size_t blocks = runs[group - 1].blocks;
      together(kernel, runs, group, blocks);
      size_t left = 0;
      for (size_t n = 0; n < count; n++) {
        if (n < group) {
          runs[n].bytes += blocks * BLOCK;
          runs[n].blocks -= blocks;
        }
        if (runs[n].blocks > 0) runs[left++] = runs[n];
      }
      count = left;
      continue;
    }
#endif
    (void)kernel;
    count--;
    single(runs[count].state, runs[count].bytes, runs[count].blocks);
  }
}

/* Fills the block that waits, keeps what does not fill one; returns what lies between. */
static run taken(cchecksums_md5 *stream, const uint8_t *bytes, size_t count) {
  size_t waiting = stream->length % BLOCK;
  stream->length += count;
  if (waiting > 0) {
    size_t room = BLOCK - waiting;
    size_t fill = count < room ? count : room;
    memcpy(stream->pending + waiting, bytes, fill);
    bytes += fill;
    count -= fill;
    if (fill == room) single(stream->state, stream->pending, 1);
  }
  size_t rest = count % BLOCK;
  if (rest > 0) memcpy(stream->pending, bytes + (count - rest), rest);
  return (run){stream->state, bytes, count / BLOCK};
}

void cchecksums_md5_update_with(
    int kernel, cchecksums_md5 *const *streams, const uint8_t *const *bytes, const size_t *counts,
    size_t stream_count) {
  enum { AT_ONCE = 64 };
  for (size_t first = 0; first < stream_count; first += AT_ONCE) {
    run runs[AT_ONCE];
    size_t open = 0;
    for (size_t n = first; n < stream_count && n < first + AT_ONCE; n++) {
      if (counts[n] == 0) continue;
      run next = taken(streams[n], bytes[n], counts[n]);
      if (next.blocks > 0) runs[open++] = next;
    }
    advance(kernel, runs, open);
  }
}

void cchecksums_md5_update(
    cchecksums_md5 *const *streams, const uint8_t *const *bytes, const size_t *counts, size_t stream_count) {
  cchecksums_md5_update_with(cchecksums_md5_kernel(), streams, bytes, counts, stream_count);
}

void cchecksums_md5_finish(cchecksums_md5 *stream, uint8_t digest[16]) {
  uint64_t bits = stream->length * 8;
  size_t waiting = stream->length % BLOCK;
  uint8_t tail[2 * BLOCK] = {0};
  memcpy(tail, stream->pending, waiting);
  tail[waiting] = 0x80;
  size_t end = waiting < 56 ? BLOCK : 2 * BLOCK;
  for (int n = 0; n < 8; n++) tail[end - 8 + n] = (uint8_t)(bits >> (8 * n));
  single(stream->state, tail, end / BLOCK);
  for (int n = 0; n < 16; n++) digest[n] = (uint8_t)(stream->state[n / 4] >> (8 * (n % 4)));
}
