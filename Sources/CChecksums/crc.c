#include "CChecksums.h"

#include "crc_kernels.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Reflected polynomials. */
#define CRC64_XZ 0xC96C5795D7870F42u
#define CRC64_NVME 0x9A6C9329AC4BC9B5u
#define CRC32_IEEE 0xEDB88320u
#define CRC32_CASTAGNOLI 0x82F63B78u

#define SLICES 16

/* One polynomial of up to 64 bits; a 32-bit one stands in the low half, for which reflected tables are the same. */
typedef struct {
  uint64_t table[SLICES][256];
  /* x^(8 * 2^i) mod P, reflected. */
  uint64_t power[64];
  uint64_t polynomial;
  uint64_t one;
  crc_folds folds;
} crc_tables;

static crc_tables tables[4];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;
static int active_kernel = CCHECKSUMS_PORTABLE;

/* a * b mod P of reflected polynomials; `one` is the reflected 1, the highest bit of the width. */
static uint64_t multiply(const crc_tables *t, uint64_t a, uint64_t b) {
  uint64_t product = 0;
  for (uint64_t bit = t->one; bit != 0 && a != 0; bit >>= 1) {
    if (a & bit) {
      product ^= b;
      a ^= bit;
    }
    b = (b >> 1) ^ ((b & 1) ? t->polynomial : 0);
  }
  return product;
}

/* x^n mod P, reflected in 64 bits also where P has 32. */
static uint64_t power_of_x(const crc_tables *t, uint64_t n) {
  uint64_t result = t->one;
  uint64_t square = t->one >> 1;
  for (; n != 0; n >>= 1) {
    if (n & 1) result = multiply(t, result, square);
    square = multiply(t, square, square);
  }
  return t->one >> 32 ? result : result << 32;
}

static void fill_pair(const crc_tables *t, uint64_t pair[2], uint64_t distance) {
  pair[0] = power_of_x(t, distance + 63);
  pair[1] = power_of_x(t, distance - 1);
}

static void fill(crc_tables *t, uint64_t polynomial, uint64_t one) {
  t->polynomial = polynomial;
  t->one = one;
  for (int byte = 0; byte < 256; byte++) {
    uint64_t crc = (uint64_t)byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? polynomial : 0);
    t->table[0][byte] = crc;
  }
  for (int slice = 1; slice < SLICES; slice++)
    for (int byte = 0; byte < 256; byte++) {
      uint64_t before = t->table[slice - 1][byte];
      t->table[slice][byte] = (before >> 8) ^ t->table[0][before & 0xff];
    }
  t->power[0] = one >> 8;
  for (int i = 1; i < 64; i++) t->power[i] = multiply(t, t->power[i - 1], t->power[i - 1]);
  fill_pair(t, t->folds.by128, 128);
  fill_pair(t, t->folds.by256, 256);
  fill_pair(t, t->folds.by1024, 1024);
  fill_pair(t, t->folds.by2048, 2048);
}

static void fill_tables(void);

static const crc_tables *tables_of(int which) {
  pthread_once(&tables_once, fill_tables);
  return &tables[which];
}

static int wanted_kernel(void) {
  const char *name = getenv("TRANSHIP_CRC_KERNEL");
  int wanted = CCHECKSUMS_VPCLMUL;
  if (name && strcmp(name, "portable") == 0) wanted = CCHECKSUMS_PORTABLE;
  if (name && strcmp(name, "pclmul") == 0) wanted = CCHECKSUMS_PCLMUL;
  while (!cchecksums_crc_supports(wanted)) wanted--;
  return wanted;
}

static void fill_tables(void) {
  fill(&tables[CCHECKSUMS_CRC64XZ], CRC64_XZ, 1ull << 63);
  fill(&tables[CCHECKSUMS_CRC64NVME], CRC64_NVME, 1ull << 63);
  fill(&tables[CCHECKSUMS_CRC32], CRC32_IEEE, 1ull << 31);
  fill(&tables[CCHECKSUMS_CRC32C], CRC32_CASTAGNOLI, 1ull << 31);
  active_kernel = wanted_kernel();
}

int cchecksums_crc_supports(int kernel) {
#if CRC_HAS_FOLDING
  /* The compiler's check includes that the system saves the wide registers. */
  __builtin_cpu_init();
  int narrow = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
  if (kernel == CCHECKSUMS_VPCLMUL)
    return narrow && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("vpclmulqdq");
  if (kernel == CCHECKSUMS_PCLMUL) return narrow;
#endif
  return kernel == CCHECKSUMS_PORTABLE;
}

int cchecksums_crc_kernel(void) {
  tables_of(0);
  return active_kernel;
}


/* Slicing by 16: sixteen bytes a step, sixteen lookups that do not wait for one another. */
static uint64_t update(const crc_tables *t, uint64_t crc, const uint8_t *bytes, size_t count) {
  while (count >= SLICES) {
    uint64_t low, high;
    memcpy(&low, bytes, 8);
    memcpy(&high, bytes + 8, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    low = __builtin_bswap64(low);
    high = __builtin_bswap64(high);
#endif
    low ^= crc;
    crc = 0;
    for (int i = 0; i < 8; i++) {
      crc ^= t->table[15 - i][(low >> (8 * i)) & 0xff];
      crc ^= t->table[7 - i][(high >> (8 * i)) & 0xff];
    }
    bytes += SLICES;
    count -= SLICES;
  }
  while (count-- > 0) crc = (crc >> 8) ^ t->table[0][(crc ^ *bytes++) & 0xff];
  return crc;
}

/* The register after these bytes, by one kernel. */
static uint64_t run(int kernel, int which, uint64_t crc, const uint8_t *bytes, size_t count) {
  const crc_tables *t = tables_of(which);
#if CRC_HAS_FOLDING
  if (kernel != CCHECKSUMS_PORTABLE && count >= CRC_FOLD_MINIMUM) {
    uint8_t folded[16];
    size_t taken = kernel == CCHECKSUMS_VPCLMUL
                       ? crc_fold_vpclmul(&t->folds, crc, bytes, count, folded)
                       : crc_fold_pclmul(&t->folds, crc, bytes, count, folded);
    crc = update(t, 0, folded, sizeof folded);
    bytes += taken;
    count -= taken;
  }
#endif
  return update(t, crc, bytes, count);
}

/* a * b mod P with b divided by x beforehand, which the reflected product makes up for. */
static uint64_t multiply_by_power(int which, uint64_t a, int i) {
  const crc_tables *t = tables_of(which);
#if CRC_HAS_FOLDING
  if (active_kernel != CCHECKSUMS_PORTABLE && t->one >> 32) {
    uint64_t b = t->power[i];
    uint64_t divided = b >> 63 ? ((b ^ t->polynomial) << 1) | 1 : b << 1;
    uint64_t product[2];
    crc_clmul(a, divided, product);
    return product[1] ^ update(t, 0, (const uint8_t *)&product[0], 8);
  }
#endif
  return multiply(t, a, t->power[i]);
}

static uint64_t combine(int which, uint64_t first, uint64_t second, uint64_t second_count) {
  tables_of(which);
  for (int i = 0; second_count != 0; i++, second_count >>= 1)
    if (second_count & 1) first = multiply_by_power(which, first, i);
  return first ^ second;
}

uint64_t cchecksums_crc_with(int kernel, int algorithm, uint64_t crc, const uint8_t *bytes, size_t count) {
  uint64_t mask = algorithm == CCHECKSUMS_CRC32 || algorithm == CCHECKSUMS_CRC32C ? 0xffffffffu : ~0ull;
  return ~run(kernel, algorithm, ~crc & mask, bytes, count) & mask;
}

static uint64_t finished(int algorithm, uint64_t crc, const uint8_t *bytes, size_t count) {
  return cchecksums_crc_with(cchecksums_crc_kernel(), algorithm, crc, bytes, count);
}

uint64_t cchecksums_crc64xz(uint64_t crc, const uint8_t *bytes, size_t count) {
  return finished(CCHECKSUMS_CRC64XZ, crc, bytes, count);
}

uint64_t cchecksums_crc64nvme(uint64_t crc, const uint8_t *bytes, size_t count) {
  return finished(CCHECKSUMS_CRC64NVME, crc, bytes, count);
}

uint32_t cchecksums_crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
  return (uint32_t)finished(CCHECKSUMS_CRC32, crc, bytes, count);
}

uint32_t cchecksums_crc32c(uint32_t crc, const uint8_t *bytes, size_t count) {
  return (uint32_t)finished(CCHECKSUMS_CRC32C, crc, bytes, count);
}

uint64_t cchecksums_crc64xz_combine(uint64_t first, uint64_t second, uint64_t second_count) {
  return combine(CCHECKSUMS_CRC64XZ, first, second, second_count);
}

uint64_t cchecksums_crc64nvme_combine(uint64_t first, uint64_t second, uint64_t second_count) {
  return combine(CCHECKSUMS_CRC64NVME, first, second, second_count);
}

uint32_t cchecksums_crc32_combine(uint32_t first, uint32_t second, uint64_t second_count) {
  return (uint32_t)combine(CCHECKSUMS_CRC32, first, second, second_count);
}

uint32_t cchecksums_crc32c_combine(uint32_t first, uint32_t second, uint64_t second_count) {
  return (uint32_t)combine(CCHECKSUMS_CRC32C, first, second, second_count);
}
