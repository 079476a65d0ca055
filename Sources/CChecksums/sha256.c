#define OPENSSL_SUPPRESS_DEPRECATED
#include "CSHA256.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

#define BLOCK 64
#define DIGEST 32

void cchecksums_sha256(const uint8_t *message, size_t count, uint8_t digest[32]) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, message, count);
  SHA256_Final(digest, &context);
}

/* The digest of a block of the key, each byte with the pad's, and what follows it. */
static void padded(const uint8_t *key, uint8_t pad, const uint8_t *message, size_t count, uint8_t *digest) {
  uint8_t block[BLOCK];
  SHA256_CTX context;
  for (int index = 0; index < BLOCK; index++)
    block[index] = key[index] ^ pad;
  SHA256_Init(&context);
  SHA256_Update(&context, block, BLOCK);
  SHA256_Update(&context, message, count);
  SHA256_Final(digest, &context);
  OPENSSL_cleanse(block, BLOCK);
  OPENSSL_cleanse(&context, sizeof context);
}

void cchecksums_hmac_sha256(
    const uint8_t *key, size_t key_count, const uint8_t *message, size_t count, uint8_t code[32]) {
  uint8_t whole[BLOCK] = {0};
  uint8_t inner[DIGEST];
  if (key_count > BLOCK)
    cchecksums_sha256(key, key_count, whole);
  else if (key_count > 0)
    memcpy(whole, key, key_count);
  padded(whole, 0x36, message, count, inner);
  padded(whole, 0x5c, inner, DIGEST, code);
  OPENSSL_cleanse(whole, BLOCK);
}
