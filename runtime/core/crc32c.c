/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * CRC-32C three ways: the processor's instruction (x86-64 with SSE 4.2, found
 * at run time; AArch64 built with +crc), a table of 1 KB, or one of 64 bytes
 * for microcontrollers (Cortex-M, or DDNN_SMALL).
 */
#include <stdbool.h>

#include "bytes.h"
#include "ddnn/wire.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(DDNN_CRC_PORTABLE)
#define CRC_X86 1
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#define CRC_ARM 1
#include <arm_acle.h>
#endif

#if defined(DDNN_SMALL) ||                                                     \
    (defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M')
#define CRC_SMALL 1
#endif

#if defined(CRC_X86)
__attribute__((target("sse4.2"))) static uint32_t
crc_x86(uint32_t crc, const uint8_t *p, size_t n) {
  uint64_t c = crc;
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t v;
    ddnn_copy(&v, p, 8);
    c = __builtin_ia32_crc32di(c, v);
  }
  for (; n; ++p, --n)
    c = __builtin_ia32_crc32qi((uint32_t)c, *p);
  return (uint32_t)c;
}
#elif defined(CRC_ARM)
static uint32_t crc_arm(uint32_t crc, const uint8_t *p, size_t n) {
  for (; n >= 8; p += 8, n -= 8)
    crc = __crc32cd(crc, ddnn_get64(p));
  for (; n; ++p, --n)
    crc = __crc32cb(crc, *p);
  return crc;
}
#endif

#if !defined(CRC_ARM)
#if defined(CRC_SMALL)
static uint32_t crc_table(uint32_t crc, const uint8_t *p, size_t n) {
  static const uint32_t nibble[16] = {
      0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
      0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
      0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
  for (; n; ++p, --n) {
    crc ^= *p;
    crc = crc >> 4 ^ nibble[crc & 15];
    crc = crc >> 4 ^ nibble[crc & 15];
  }
  return crc;
}
#else
static uint32_t crc_table(uint32_t crc, const uint8_t *p, size_t n) {
  static const uint32_t byte[256] = {
#include "crc32c_table.inc"
  };
  for (; n; ++p, --n)
    crc = crc >> 8 ^ byte[(crc ^ *p) & 255];
  return crc;
}
#endif
#endif

uint32_t ddnn_crc32c(uint32_t crc, const void *data, size_t size) {
  crc = ~crc;
#if defined(CRC_ARM)
  crc = crc_arm(crc, data, size);
#elif defined(CRC_X86)
  crc = __builtin_cpu_supports("sse4.2") ? crc_x86(crc, data, size)
                                         : crc_table(crc, data, size);
#else
  crc = crc_table(crc, data, size);
#endif
  return ~crc;
}
