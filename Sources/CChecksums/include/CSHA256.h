#ifndef CSHA256_H
#define CSHA256_H

#include <stddef.h>
#include <stdint.h>

/* HMAC-SHA-256 (RFC 2104, FIPS 180-4). Signatures are made for every request, and OpenSSL's HMAC of one message
   spends most of its time on making and dropping its contexts. */
void cchecksums_hmac_sha256(
    const uint8_t *key, size_t key_count, const uint8_t *message, size_t count, uint8_t code[32]);
/* SHA-256 of a message that is here whole. */
void cchecksums_sha256(const uint8_t *message, size_t count, uint8_t digest[32]);

#endif
