/* MD5 of one stream and of many in lanes, CPU time, median of several repetitions. */
#include "CMD5.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPETITIONS = 11, LANES = 16, MOST = 4 << 20 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int ascending(const void *one, const void *other) {
  double a = *(const double *)one, b = *(const double *)other;
  return a < b ? -1 : a > b;
}

static double rate(int kernel, int lanes, const uint8_t *bytes, size_t length) {
  double rates[REPETITIONS];
  size_t rounds = (size_t)(64 << 20) / length / (size_t)lanes + 1;
  for (int repetition = 0; repetition < REPETITIONS; repetition++) {
    double start = now();
    for (size_t round = 0; round < rounds; round++) {
      cchecksums_md5 streams[LANES];
      cchecksums_md5 *running[LANES];
      const uint8_t *inputs[LANES];
      size_t counts[LANES];
      for (int lane = 0; lane < lanes; lane++) {
        cchecksums_md5_start(&streams[lane]);
        running[lane] = &streams[lane];
        inputs[lane] = bytes + (size_t)lane * length;
        counts[lane] = length;
      }
      cchecksums_md5_update_with(kernel, running, inputs, counts, (size_t)lanes);
    }
    rates[repetition] = (double)rounds * (double)lanes * (double)length / (now() - start) / 1e9;
  }
  qsort(rates, REPETITIONS, sizeof *rates, ascending);
  return rates[REPETITIONS / 2];
}

int main(void) {
  static const char *const names[] = {"one after the other (OpenSSL)", "AVX2", "AVX-512VL"};
  static const size_t lengths[] = {MOST, 64 << 10, 4 << 10};
  uint8_t *bytes = malloc((size_t)LANES * MOST);
  if (!bytes) return 1;
  memset(bytes, 7, (size_t)LANES * MOST);
  for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++) {
    double single = rate(CCHECKSUMS_MD5_PORTABLE, 1, bytes, lengths[n]);
    printf("MD5, %zu bytes a lane, one lane: %.2f GB/s\n", lengths[n], single);
    for (int kernel = CCHECKSUMS_MD5_AVX2; kernel <= CCHECKSUMS_MD5_AVX512; kernel++) {
      if (!cchecksums_md5_supports(kernel)) continue;
      for (int lanes = 8; lanes <= LANES; lanes *= 2) {
        double many = rate(kernel, lanes, bytes, lengths[n]);
        printf("  %-12s %2d lanes: %5.2f GB/s, %.1f times\n", names[kernel], lanes, many, many / single);
      }
    }
  }
  free(bytes);
  return 0;
}
