/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <stdbool.h>

#include "bytes.h"
#include "ddnn/wire.h"

static uint32_t element_bytes(uint8_t encoding) {
  switch (encoding) {
  case DDNN_WIRE_F32:
    return 4;
  case DDNN_WIRE_F16:
    return 2;
  case DDNN_WIRE_U8:
  case DDNN_WIRE_I8:
    return 1;
  default:
    return 0;
  }
}

uint32_t ddnn_wire_bytes(uint8_t encoding, uint32_t count) {
  if (encoding == DDNN_WIRE_BITS)
    return count / 8 + (count % 8 != 0);
  uint64_t bytes = (uint64_t)element_bytes(encoding) * count;
  return bytes > UINT32_MAX ? 0 : (uint32_t)bytes;
}

uint32_t ddnn_memory_bytes(uint8_t dtype, uint32_t count) {
  switch (dtype) {
  case DDNN_F32:
    return ddnn_wire_bytes(DDNN_WIRE_F32, count);
  case DDNN_U8:
    return count;
  case DDNN_BITS:
    return ddnn_wire_bytes(DDNN_WIRE_BITS, count);
  default:
    return 0;
  }
}

uint16_t ddnn_f16_from_f32(float value) {
  uint32_t bits = ddnn_float_bits(value);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000u);
  bits &= 0x7fffffffu;
  if (bits > 0x7f800000u) /* NaN: quiet, top of the payload kept */
    return (uint16_t)(sign | 0x7e00u | (bits >> 13 & 0x1ffu));
  if (bits >= 0x477ff000u) /* 65520 and above rounds to infinity */
    return (uint16_t)(sign | 0x7c00u);
  if (bits < 0x38800000u) { /* below 2^-14: subnormal or zero */
    /* Adding 0.5 lets the float unit round at the right place: one unit in the
     * last place of 0.5 is 2^-24, the smallest binary16. */
    float shifted = ddnn_bits_float(bits) + 0.5f;
    return (uint16_t)(sign | (ddnn_float_bits(shifted) - 0x3f000000u));
  }
  bits += 0xfffu + (bits >> 13 & 1u); /* ties to even */
  return (uint16_t)(sign | (bits - 0x38000000u) >> 13);
}

float ddnn_f32_from_f16(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
  uint32_t bits = half & 0x7fffu;
  if (bits >= 0x7c00u) /* infinity, NaN */
    return ddnn_bits_float(sign | 0x7f800000u | (bits & 0x3ffu) << 13);
  if (bits < 0x0400u) { /* subnormal: a whole multiple of 2^-24 */
    float v = (float)bits * 5.9604644775390625e-8f;
    return ddnn_bits_float(sign | ddnn_float_bits(v));
  }
  return ddnn_bits_float(sign | ((bits << 13) + 0x38000000u));
}

/* Nearest integer, ties to even, for |v| <= 2^22; adding 1.5 * 2^23 makes the
 * float unit do it. volatile: no compiler may see through it. */
static int round_even(float v) {
  volatile float shifted = v + 12582912.0f;
  return (int)(shifted - 12582912.0f);
}

/* Is this a tensor we can move, and does its size add up? */
static int check(const ddnn_tensor *t) {
  bool pair = t->dtype == DDNN_F32    ? t->encoding < DDNN_WIRE_BITS
              : t->dtype == DDNN_U8   ? t->encoding == DDNN_WIRE_U8
              : t->dtype == DDNN_BITS ? t->encoding == DDNN_WIRE_BITS
                                      : false;
  if (!pair || t->wire_bytes != ddnn_wire_bytes(t->encoding, t->count))
    return DDNN_ERR_TENSOR;
  if (t->encoding == DDNN_WIRE_I8 &&
      !(t->scale > 0.0f && t->scale <= 3.402823466e38f))
    return DDNN_ERR_TENSOR;
  return DDNN_OK;
}

static void encode_f32(const float *from, uint8_t *to, uint32_t n) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  ddnn_copy(to, from, (size_t)n * 4);
#else
  for (uint32_t i = 0; i < n; ++i)
    ddnn_put_float(to + (size_t)i * 4, from[i]);
#endif
}

static void decode_f32(const uint8_t *from, float *to, uint32_t n) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  ddnn_copy(to, from, (size_t)n * 4);
#else
  for (uint32_t i = 0; i < n; ++i)
    to[i] = ddnn_get_float(from + (size_t)i * 4);
#endif
}

static int encode_f16(const float *from, uint8_t *to, uint32_t n) {
  int status = DDNN_OK;
  for (uint32_t i = 0; i < n; ++i) {
    uint16_t half = ddnn_f16_from_f32(from[i]);
    if ((half & 0x7fffu) == 0x7c00u &&
        (ddnn_float_bits(from[i]) & 0x7fffffffu) != 0x7f800000u)
      status = DDNN_ERR_RANGE;
    ddnn_put16(to + (size_t)i * 2, half);
  }
  return status;
}

static int encode_u8(const float *from, uint8_t *to, uint32_t n) {
  for (uint32_t i = 0; i < n; ++i) {
    if (!(from[i] >= -0.5f && from[i] <= 255.5f))
      return DDNN_ERR_RANGE;
    int v = round_even(from[i]);
    if (v > 255)
      return DDNN_ERR_RANGE;
    to[i] = (uint8_t)v;
  }
  return DDNN_OK;
}

static int encode_i8(const float *from, uint8_t *to, uint32_t n, float scale) {
  for (uint32_t i = 0; i < n; ++i) {
    float v = from[i] / scale;
    if (v != v)
      return DDNN_ERR_RANGE;
    int8_t q = (int8_t)(v >= 127.0f    ? 127
                        : v <= -127.0f ? -127
                                       : round_even(v));
    ddnn_copy(to + i, &q, 1);
  }
  return DDNN_OK;
}

int ddnn_wire_encode(const ddnn_tensor *tensor, const void *from, void *to,
                     size_t capacity) {
  int status = check(tensor);
  if (status != DDNN_OK)
    return status;
  if (tensor->wire_bytes > capacity)
    return DDNN_ERR_NO_MEMORY;
  if (tensor->dtype != DDNN_F32) {
    ddnn_copy(to, from, tensor->wire_bytes);
    if (tensor->dtype == DDNN_BITS && tensor->count % 8)
      ((uint8_t *)to)[tensor->wire_bytes - 1] &=
          (uint8_t)((1u << tensor->count % 8) - 1);
    return DDNN_OK;
  }
  switch (tensor->encoding) {
  case DDNN_WIRE_F16:
    return encode_f16(from, to, tensor->count);
  case DDNN_WIRE_U8:
    return encode_u8(from, to, tensor->count);
  case DDNN_WIRE_I8:
    return encode_i8(from, to, tensor->count, tensor->scale);
  default:
    encode_f32(from, to, tensor->count);
    return DDNN_OK;
  }
}

int ddnn_wire_decode(const ddnn_tensor *tensor, const void *from, size_t bytes,
                     void *to) {
  const uint8_t *in = from;
  int status = check(tensor);
  if (status != DDNN_OK)
    return status;
  if (bytes != tensor->wire_bytes)
    return DDNN_ERR_TRUNCATED;
  if (tensor->encoding == DDNN_WIRE_BITS && tensor->count % 8 &&
      in[bytes - 1] >> tensor->count % 8)
    return DDNN_ERR_FORMAT;
  if (tensor->dtype != DDNN_F32) {
    ddnn_copy(to, from, bytes);
    return DDNN_OK;
  }
  float *out = to;
  switch (tensor->encoding) {
  case DDNN_WIRE_F16:
    for (uint32_t i = 0; i < tensor->count; ++i)
      out[i] = ddnn_f32_from_f16(ddnn_get16(in + (size_t)i * 2));
    return DDNN_OK;
  case DDNN_WIRE_U8:
    for (uint32_t i = 0; i < tensor->count; ++i)
      out[i] = (float)in[i];
    return DDNN_OK;
  case DDNN_WIRE_I8:
    for (uint32_t i = 0; i < tensor->count; ++i) {
      int8_t q;
      ddnn_copy(&q, in + i, 1);
      out[i] = tensor->scale * (float)q;
    }
    return DDNN_OK;
  default:
    decode_f32(in, out, tensor->count);
    return DDNN_OK;
  }
}
