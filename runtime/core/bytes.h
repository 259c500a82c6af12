/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Little-endian access to unaligned bytes, and the three memory functions that
 * even a freestanding compiler may call. Compilers turn each of these into one
 * instruction where the machine allows it.
 */
#ifndef DDNN_CORE_BYTES_H
#define DDNN_CORE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#define ddnn_copy(to, from, n) ((void)__builtin_memcpy((to), (from), (n)))
#define ddnn_clear(to, n) ((void)__builtin_memset((to), 0, (n)))

static inline void ddnn_put16(uint8_t *p, uint16_t v) {
  p[0] = (uint8_t)v;
  p[1] = (uint8_t)(v >> 8);
}

static inline void ddnn_put32(uint8_t *p, uint32_t v) {
  ddnn_put16(p, (uint16_t)v);
  ddnn_put16(p + 2, (uint16_t)(v >> 16));
}

static inline void ddnn_put64(uint8_t *p, uint64_t v) {
  ddnn_put32(p, (uint32_t)v);
  ddnn_put32(p + 4, (uint32_t)(v >> 32));
}

static inline uint16_t ddnn_get16(const uint8_t *p) {
  return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t ddnn_get32(const uint8_t *p) {
  return ddnn_get16(p) | (uint32_t)ddnn_get16(p + 2) << 16;
}

static inline uint64_t ddnn_get64(const uint8_t *p) {
  return ddnn_get32(p) | (uint64_t)ddnn_get32(p + 4) << 32;
}

static inline uint32_t ddnn_float_bits(float v) {
  uint32_t bits;
  ddnn_copy(&bits, &v, 4);
  return bits;
}

static inline float ddnn_bits_float(uint32_t bits) {
  float v;
  ddnn_copy(&v, &bits, 4);
  return v;
}

static inline void ddnn_put_float(uint8_t *p, float v) {
  ddnn_put32(p, ddnn_float_bits(v));
}

static inline float ddnn_get_float(const uint8_t *p) {
  return ddnn_bits_float(ddnn_get32(p));
}

#endif
