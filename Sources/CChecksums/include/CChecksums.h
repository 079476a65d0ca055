#ifndef CCHECKSUMS_H
#define CCHECKSUMS_H

#include <stddef.h>
#include <stdint.h>

#include "CMD5.h"
#include "CSHA256.h"

/* Reflected CRCs with all-ones start and end. Each takes and gives finished values, so a value of 0 starts a
   new sum and a sum can go on at any byte. */
uint64_t cchecksums_crc64xz(uint64_t crc, const uint8_t *bytes, size_t count);
uint64_t cchecksums_crc64nvme(uint64_t crc, const uint8_t *bytes, size_t count);
uint32_t cchecksums_crc32(uint32_t crc, const uint8_t *bytes, size_t count);
uint32_t cchecksums_crc32c(uint32_t crc, const uint8_t *bytes, size_t count);

/* The sum of two adjacent spans from their sums: first * x^(8 * count of second) mod P, xor second. */
uint64_t cchecksums_crc64xz_combine(uint64_t first, uint64_t second, uint64_t second_count);
uint64_t cchecksums_crc64nvme_combine(uint64_t first, uint64_t second, uint64_t second_count);
uint32_t cchecksums_crc32_combine(uint32_t first, uint32_t second, uint64_t second_count);
uint32_t cchecksums_crc32c_combine(uint32_t first, uint32_t second, uint64_t second_count);

/* Ways to compute a CRC, each faster than the one before where the machine has it. */
enum { CCHECKSUMS_PORTABLE, CCHECKSUMS_PCLMUL, CCHECKSUMS_VPCLMUL };
enum { CCHECKSUMS_CRC64XZ, CCHECKSUMS_CRC64NVME, CCHECKSUMS_CRC32, CCHECKSUMS_CRC32C };

/* Whether this machine can run a kernel. */
int cchecksums_crc_supports(int kernel);
/* The kernel that runs: the best one, or what the environment's TRANSHIP_CRC_KERNEL names (portable, pclmul). */
int cchecksums_crc_kernel(void);
/* One algorithm by one kernel, which must be supported; for tests and measurements. */
uint64_t cchecksums_crc_with(int kernel, int algorithm, uint64_t crc, const uint8_t *bytes, size_t count);

#endif
