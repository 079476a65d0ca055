/* Speed of every CRC by every kernel, beside the speed at which the same bytes can be read at all. */
#include "CChecksums.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REPETITIONS 11
#define BYTES_PER_REPETITION (256u << 20)

static const char *const kernel_names[] = {"portable", "pclmul", "vpclmul"};
static const char *const algorithm_names[] = {"crc64xz", "crc64nvme", "crc32", "crc32c"};
static const size_t sizes[] = {64u << 20, 256u << 10, 4u << 10};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef struct {
  int kernel;
  int algorithm;
} variant;

typedef uint64_t (*pass)(variant v, const uint8_t *bytes, size_t count);

static uint64_t crc_pass(variant v, const uint8_t *bytes, size_t count) {
  return cchecksums_crc_with(v.kernel, v.algorithm, 0, bytes, count);
}

/* The floor: every word is read and added, nothing else. */
#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2"))) static uint64_t sum_pass(variant v, const uint8_t *bytes, size_t count) {
  (void)v;
  __m256i sums[8];
  for (int i = 0; i < 8; i++) sums[i] = _mm256_setzero_si256();
  for (size_t done = 0; done + 256 <= count; done += 256)
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++)
      sums[i] = _mm256_add_epi64(sums[i], _mm256_loadu_si256((const __m256i *)(bytes + done) + i));
  for (int i = 1; i < 8; i++) sums[0] = _mm256_add_epi64(sums[0], sums[i]);
  uint64_t lanes[4];
  memcpy(lanes, &sums[0], sizeof lanes);
  return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

static int can_sum(void) { return __builtin_cpu_supports("avx2"); }
#else
static uint64_t sum_pass(variant v, const uint8_t *bytes, size_t count) {
  (void)v;
  uint64_t sum = 0;
  for (size_t done = 0; done + 8 <= count; done += 8) {
    uint64_t word;
    memcpy(&word, bytes + done, sizeof word);
    sum += word;
  }
  return sum;
}

static int can_sum(void) { return 1; }
#endif

/* Processor time, so that programs that run beside this one count only through the caches. */
static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int by_value(const void *one, const void *other) {
  double a = *(const double *)one, b = *(const double *)other;
  return (a > b) - (a < b);
}

/* Without this the compiler takes equal passes for one. */
static inline void keep(uint64_t result) { __asm__ volatile("" : : "r"(result) : "memory"); }

/* Median GB/s; slow kernels get fewer passes, so that a repetition stays short. */
static double gigabytes_per_second(pass run, variant v, const uint8_t *bytes, size_t count, double *best) {
  double speeds[REPETITIONS];
  size_t passes = BYTES_PER_REPETITION / (v.kernel == CCHECKSUMS_PORTABLE ? 4 : 1) / count;
  if (passes == 0) passes = 1;
  keep(run(v, bytes, count));
  for (int i = 0; i < REPETITIONS; i++) {
    double start = now();
    for (size_t n = 0; n < passes; n++) keep(run(v, bytes, count));
    speeds[i] = (double)passes * (double)count / (now() - start) / 1e9;
  }
  qsort(speeds, REPETITIONS, sizeof speeds[0], by_value);
  *best = speeds[REPETITIONS - 1];
  return speeds[REPETITIONS / 2];
}

static void measure(size_t count, const uint8_t *bytes) {
  double best, sum_best = 0, sum = 0;
  variant none = {CCHECKSUMS_VPCLMUL, 0};
  if (can_sum()) sum = gigabytes_per_second(sum_pass, none, bytes, count, &sum_best);
  printf("| %zu KiB | sum of words | | %.2f | %.2f | 1.00 |\n", count >> 10, sum, sum_best);
  for (int algorithm = 0; algorithm < (int)COUNT(algorithm_names); algorithm++)
    for (int kernel = 0; kernel < (int)COUNT(kernel_names); kernel++) {
      if (!cchecksums_crc_supports(kernel)) continue;
      variant v = {kernel, algorithm};
      double speed = gigabytes_per_second(crc_pass, v, bytes, count, &best);
      printf(
          "| %zu KiB | %s | %s | %.2f | %.2f | %.2f |\n", count >> 10, algorithm_names[algorithm],
          kernel_names[kernel], speed, best, sum > 0 ? speed / sum : 0);
    }
}

static void measure_short(const uint8_t *bytes) {
  printf("\n| bytes | ns by kernel (crc64xz) |\n| --- | --- |\n");
  for (size_t count = 1; count <= 4096; count = count < 16 ? count * 15 : count * 4 - 1) {
    printf("| %zu |", count);
    for (int kernel = 0; kernel < (int)COUNT(kernel_names); kernel++) {
      if (!cchecksums_crc_supports(kernel)) continue;
      double best;
      variant v = {kernel, CCHECKSUMS_CRC64XZ};
      double speed = gigabytes_per_second(crc_pass, v, bytes, count, &best);
      printf(" %s %.1f", kernel_names[kernel], (double)count / speed);
    }
    printf(" |\n");
  }
}

static void measure_combine(void) {
  static const uint64_t counts[] = {4096, 8u << 20, 5ull << 30, (1ull << 40) - 1};
  printf("\n| second block, bytes | ns to combine (active kernel) crc64xz | crc32c |\n| --- | --- | --- |\n");
  for (size_t i = 0; i < COUNT(counts); i++) {
    double wide[REPETITIONS], narrow[REPETITIONS];
    uint64_t crc = 1;
    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
      double start = now();
      for (int n = 0; n < 20000; n++) crc = cchecksums_crc64xz_combine(crc, (uint64_t)n, counts[i]);
      double middle = now();
      for (int n = 0; n < 20000; n++)
        crc = cchecksums_crc32c_combine((uint32_t)crc, (uint32_t)n, counts[i]);
      wide[repetition] = (middle - start) / 20000 * 1e9;
      narrow[repetition] = (now() - middle) / 20000 * 1e9;
    }
    qsort(wide, REPETITIONS, sizeof wide[0], by_value);
    qsort(narrow, REPETITIONS, sizeof narrow[0], by_value);
    printf(
        "| %llu | %.0f | %.0f |\n", (unsigned long long)counts[i], wide[REPETITIONS / 2],
        narrow[REPETITIONS / 2]);
  }
}

int main(void) {
  uint8_t *bytes = malloc(sizes[0]);
  if (!bytes) return 1;
  for (size_t i = 0; i < sizes[0]; i++) bytes[i] = (uint8_t)(i * 2654435761u >> 24);
  printf("active kernel: %s\n\n", kernel_names[cchecksums_crc_kernel()]);
  printf("| buffer | sum | kernel | GB/s, median of %d | best | ratio to the sum of words |\n", REPETITIONS);
  printf("| --- | --- | --- | --- | --- | --- |\n");
  for (size_t i = 0; i < COUNT(sizes); i++) measure(sizes[i], bytes);
  measure_short(bytes);
  measure_combine();
  free(bytes);
}
