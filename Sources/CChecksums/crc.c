#include "CChecksums.h"

#include <pthread.h>
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
} crc_tables;

static crc_tables tables[4];
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

enum { XZ, NVME, IEEE, CASTAGNOLI };

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
}

static void fill_tables(void) {
  fill(&tables[XZ], CRC64_XZ, 1ull << 63);
  fill(&tables[NVME], CRC64_NVME, 1ull << 63);
  fill(&tables[IEEE], CRC32_IEEE, 1ull << 31);
  fill(&tables[CASTAGNOLI], CRC32_CASTAGNOLI, 1ull << 31);
}

static const crc_tables *tables_of(int which) {
  pthread_once(&tables_once, fill_tables);
  return &tables[which];
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

static uint64_t combine(int which, uint64_t first, uint64_t second, uint64_t second_count) {
  const crc_tables *t = tables_of(which);
  for (int i = 0; second_count != 0; i++, second_count >>= 1)
    if (second_count & 1) first = multiply(t, first, t->power[i]);
  return first ^ second;
}

uint64_t cchecksums_crc64xz(uint64_t crc, const uint8_t *bytes, size_t count) {
  return ~update(tables_of(XZ), ~crc, bytes, count);
}

uint64_t cchecksums_crc64nvme(uint64_t crc, const uint8_t *bytes, size_t count) {
  return ~update(tables_of(NVME), ~crc, bytes, count);
}

uint32_t cchecksums_crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
  return ~(uint32_t)update(tables_of(IEEE), (uint32_t)~crc, bytes, count);
}

uint32_t cchecksums_crc32c(uint32_t crc, const uint8_t *bytes, size_t count) {
  return ~(uint32_t)update(tables_of(CASTAGNOLI), (uint32_t)~crc, bytes, count);
}

uint64_t cchecksums_crc64xz_combine(uint64_t first, uint64_t second, uint64_t second_count) {
  return combine(XZ, first, second, second_count);
}

uint64_t cchecksums_crc64nvme_combine(uint64_t first, uint64_t second, uint64_t second_count) {
  return combine(NVME, first, second, second_count);
}

uint32_t cchecksums_crc32_combine(uint32_t first, uint32_t second, uint64_t second_count) {
  return (uint32_t)combine(IEEE, first, second, second_count);
}

uint32_t cchecksums_crc32c_combine(uint32_t first, uint32_t second, uint64_t second_count) {
  return (uint32_t)combine(CASTAGNOLI, first, second, second_count);
}
