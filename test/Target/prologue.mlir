// The head of a file has what its code calls, and nothing for bits where there
// are none.

// DEFINE: %{cpu} = x86-64-v3
// DEFINE: %{net} = floats
// DEFINE: %{flags} = -march=%{cpu}
// DEFINE: %{emit} = sed s/CPU/%{cpu}/ %t/%{net}.mlir | ddnn-opt --ddnn-partition --ddnn-to-schedule --ddnn-to-flat --ddnn-to-emitc --emit-bytecode \
// DEFINE:   | ddnn-translate --ddnn-to-c | split-file - %t/out
// DEFINE: %{compile} = gcc %cflags %{flags} -O2 -c %t/out/t/n_t.c -I%t/out/t -o %t/n.o
// RUN: rm -rf %t && split-file %s %t

// RUN: %{emit} && %{compile}
// RUN: FileCheck %s --check-prefix=FLOATS --implicit-check-not=i32x8_un --implicit-check-not=WORD --implicit-check-not=POPCOUNT --implicit-check-not=BITS_ --implicit-check-not=intrin.h --implicit-check-not=no-tree < %t/out/t/n_t.c
// FLOATS: DDNN_FMA_F32X8(v

// Signs are stored as bits, but nobody counts them: gcc keeps its passes.

// REDEFINE: %{net} = signs
// RUN: %{emit} && %{compile}
// RUN: FileCheck %s --check-prefix=SIGNS --implicit-check-not=no-tree --implicit-check-not="ddnn_popcount(uint32_t" < %t/out/t/n_t.c
// SIGNS:      #define DDNN_WORD_8(p, i) ((p)[i])
// SIGNS:      #include <immintrin.h>
// SIGNS:      #define DDNN_BITS_GE_F32X8(a, b)
// SIGNS:      DDNN_BITS_GE_F32X8(v

// Where vectors are counted, gcc is asked to keep the order, ahead of all
// functions.

// REDEFINE: %{net} = counts
// RUN: %{emit} && %{compile}
// RUN: FileCheck %s --check-prefixes=KEEP,V8 < %t/out/t/n_t.c
// REDEFINE: %{cpu} = x86-64-v4
// RUN: %{emit} && %{compile}
// RUN: FileCheck %s --check-prefixes=KEEP,V16 < %t/out/t/n_t.c
// REDEFINE: %{cpu} = x86-64
// RUN: %{emit} && %{compile}
// RUN: FileCheck %s --check-prefixes=KEEP,V4 < %t/out/t/n_t.c
// KEEP:      {{^}}#pragma GCC optimize("no-tree-ter")
// KEEP-NEXT: #pragma GCC optimize("no-tree-reassoc")
// KEEP-NEXT: #endif
// KEEP:      #define DDNN_WORD_32(p, i)
// KEEP-NOT:  ddnn_popcount(uint32_t
// V16:       #if !defined(__AVX512F__)
// V16:       typedef int32_t ddnn_i32x16_unaligned
// V16-NEXT:  vector_size(64)
// V16:       #if defined(__AVX512VPOPCNTDQ__)
// V16:       DDNN_POPCOUNT_I32X16(v
// V8:        #if !defined(__AVX2__)
// V8:        typedef int32_t ddnn_i32x8_unaligned
// V8-NEXT:   vector_size(32)
// V8:        static inline ddnn_i32x8 ddnn_popcount_i32x8(
// V8:        DDNN_POPCOUNT_I32X8(v
// V4:        #if !defined(__SSE2__)
// V4:        typedef int32_t ddnn_i32x4_unaligned
// V4-NEXT:   vector_size(16)
// V4:        static inline ddnn_i32x4 ddnn_popcount_i32x4(
// V4:        DDNN_POPCOUNT_I32X4(v

// A microcontroller counts words by arithmetic, and has no vectors.

// REDEFINE: %{cpu} = cortex-m3
// REDEFINE: %{flags} = -m64
// RUN: %{emit} && %{compile}
// RUN: FileCheck %s --check-prefix=MCU --implicit-check-not=no-tree --implicit-check-not=i32x --implicit-check-not=intrin.h < %t/out/t/n_t.c
// MCU:       #define DDNN_WORD_32(p, i)
// MCU:       static inline int32_t ddnn_popcount(uint32_t v) {
// MCU:       DDNN_POPCOUNT_32(v

//--- floats.mlir
module @n attributes {ddnn.tiers = [#ddnn.tier_spec<name = "t", target = "c", cpu = "CPU", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>]} {
  func.func @main(%x: tensor<1x32xf32> {ddnn.name = "x"}) -> tensor<1x10xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<0.5> : tensor<32x10xf32>
    %e = tensor.empty() : tensor<1x10xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x10xf32>) -> tensor<1x10xf32>
    %y = linalg.matmul {ddnn.tier = "t"} ins(%x, %w : tensor<1x32xf32>, tensor<32x10xf32>) outs(%f : tensor<1x10xf32>) -> tensor<1x10xf32> loc("fc"("Gemm"))
    %0 = ddnn.exit "y" %y threshold 1.0 by entropy {ddnn.tier = "t"} : tensor<1x10xf32>
    return %0 : tensor<1x10xf32>
  }
}

//--- signs.mlir
module @n attributes {ddnn.tiers = [#ddnn.tier_spec<name = "t", target = "c", cpu = "CPU", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>]} {
  func.func @main(%x: tensor<1x32xf32> {ddnn.name = "x"}) -> tensor<1x32xf32> {
    %b = ddnn.sign %x {ddnn.tier = "t"} : tensor<1x32xf32> -> tensor<1x32xi1> loc("sign"("Sign"))
    %y = ddnn.plus_minus_one %b {ddnn.tier = "t"} : tensor<1x32xi1> -> tensor<1x32xf32> loc("y"("Identity"))
    %0 = ddnn.exit "y" %y threshold 1.0 by entropy {ddnn.tier = "t"} : tensor<1x32xf32>
    return %0 : tensor<1x32xf32>
  }
}

//--- counts.mlir
module @n attributes {ddnn.tiers = [#ddnn.tier_spec<name = "t", target = "c", cpu = "CPU", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>]} {
  func.func @main(%x: tensor<1x32xf32> {ddnn.name = "x"}) -> tensor<1x10xf32> {
    %w = arith.constant dense<true> : tensor<10x32xi1>
    %b = ddnn.sign %x {ddnn.tier = "t"} : tensor<1x32xf32> -> tensor<1x32xi1> loc("sign"("Sign"))
    %y = ddnn.binary_matmul %b, %w {ddnn.tier = "t"} : tensor<1x32xi1>, tensor<10x32xi1> -> tensor<1x10xf32> loc("fc"("Gemm"))
    %0 = ddnn.exit "y" %y threshold 1.0 by entropy {ddnn.tier = "t"} : tensor<1x10xf32>
    return %0 : tensor<1x10xf32>
  }
}
