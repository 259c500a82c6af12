/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Tensors on the wire: element i of the C-order (NCHW) tensor stands at byte
 * i * size, little-endian. `bits` are the same bytes in memory: bit i % 8 of
 * byte i / 8, 1 = +1, where i counts images in the order N, H, W, C and others
 * row by row; the unused bits of the last byte are 0. docs/protocol.md has the
 * details.
 * Freestanding; input and output need no alignment on the wire side.
 *
 * Which memory types go with which encodings:
 *   DDNN_F32  -> f32, f16, u8, i8
 *   DDNN_U8   -> u8
 *   DDNN_BITS -> bits (the same bytes)
 */
#ifndef DDNN_WIRE_H
#define DDNN_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "ddnn/model.h"
#include "ddnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of count elements in an encoding (ddnn_encoding); 0 for an unknown
 * encoding or where the number does not fit 32 bits. */
uint32_t ddnn_wire_bytes(uint8_t encoding, uint32_t count);

/* Bytes of count elements in memory (ddnn_dtype); 0 for an unknown type or
 * where the number does not fit 32 bits. */
uint32_t ddnn_memory_bytes(uint8_t dtype, uint32_t count);

/* Writes tensor->count elements from `from` (tensor->dtype, aligned for it) to
 * `to` in tensor->encoding.
 *   f16   nearest, ties to even; NaN and infinities stay, a finite value
 *         beyond +-65504 is DDNN_ERR_RANGE
 *   u8    nearest integer, must be within [0, 255]
 *   i8    nearest of value / scale, saturated at +-127; NaN: DDNN_ERR_RANGE
 * Returns DDNN_OK (tensor->wire_bytes bytes written), DDNN_ERR_NO_MEMORY (more
 * than capacity), DDNN_ERR_TENSOR (this pair of type and encoding does not
 * exist, a scale that is not positive, or wire_bytes is not what count makes),
 * DDNN_ERR_RANGE. */
int ddnn_wire_encode(const ddnn_tensor *tensor, const void *from, void *to,
                     size_t capacity);

/* The way back: reads `bytes` bytes in tensor->encoding from `from` and writes
 * tensor->count elements of tensor->dtype to `to`. The size of `to` is
 * ddnn_memory_bytes(tensor->dtype, tensor->count).
 * Returns DDNN_OK, DDNN_ERR_TENSOR as above, DDNN_ERR_TRUNCATED where bytes is
 * not exactly tensor->wire_bytes, DDNN_ERR_FORMAT where unused bits are set. */
int ddnn_wire_decode(const ddnn_tensor *tensor, const void *from, size_t bytes,
                     void *to);

/* IEEE 754 binary16 in software: nearest, ties to even, overflow to infinity,
 * subnormals kept, NaN stays NaN. */
uint16_t ddnn_f16_from_f32(float value);
float ddnn_f32_from_f16(uint16_t half);

/* CRC-32C (Castagnoli), as in iSCSI: ddnn_crc32c(0, "123456789", 9) is
 * 0xE3069283. Start with crc = 0; pass the result on to continue. Uses the
 * processor's instruction where there is one. */
uint32_t ddnn_crc32c(uint32_t crc, const void *data, size_t size);

#ifdef __cplusplus
}
#endif
#endif
