/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The most single-precision multiply-adds that one core does: independent
 * chains in registers. What kernels are compared with, by `ddnn run --profile`
 * and by scripts/bench.
 */
#ifndef DDNN_TOOLS_PEAK_H
#define DDNN_TOOLS_PEAK_H

#ifdef __cplusplus
extern "C" {
#endif

/* The instructions that are measured where `wanted` is asked for: "avx512",
 * "avx2", "sse2", "neon" or "scalar", NULL for the best of this CPU. NULL if
 * this CPU does not have them. */
const char *ddnn_peak_isa(const char *wanted);

/* The best burst within `seconds`, in GFLOP/s (an addition and a multiplication
 * are two); 0 where ddnn_peak_isa is NULL. */
double ddnn_peak_gflops(const char *isa, double seconds);

#ifdef __cplusplus
}
#endif
#endif
