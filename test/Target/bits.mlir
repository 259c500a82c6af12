// RUN: rm -rf %t && mkdir %t
// RUN: ddnn-opt %s --ddnn-partition --ddnn-to-schedule --ddnn-to-flat --ddnn-to-emitc \
// RUN:   | ddnn-translate --ddnn-to-c | split-file - %t/three
// RUN: cd %t/three && gcc %cflags -march=native -D_POSIX_C_SOURCE=200112L -fsanitize=address,undefined -DLINKS \
// RUN:   -include device/b_device.h -include edge/b_edge.h -include cloud/b_cloud.h \
// RUN:   "-DMODELS=&b_device_model,&b_edge_model,&b_cloud_model" -Idevice -Iedge -Icloud \
// RUN:   device/b_device.c device/b_device_weights.c edge/b_edge.c edge/b_edge_weights.c \
// RUN:   cloud/b_cloud.c cloud/b_cloud_weights.c %S/Inputs/chain.c -lm -o chain
// RUN: %t/three/chain > %t/three.txt
// RUN: FileCheck %s < %t/three.txt
// RUN: FileCheck %s --check-prefix=TABLE < %t/three/edge/b_edge.c
// RUN: FileCheck %s --check-prefix=HEADER < %t/three/edge/b_edge.h
//
// RUN: sed -e 's/ddnn.tier = "[a-z]*"/ddnn.tier = "device"/' -e 's/#device, #edge, #cloud/#device/' %s > %t/one.mlir
// RUN: ddnn-opt %t/one.mlir --ddnn-partition --ddnn-to-schedule --ddnn-to-flat --ddnn-to-emitc \
// RUN:   | ddnn-translate --ddnn-to-c | split-file - %t/one
// RUN: cd %t/one && gcc %cflags -march=native -D_POSIX_C_SOURCE=200112L -fsanitize=address,undefined -include device/b_device.h \
// RUN:   "-DMODELS=&b_device_model" -Idevice device/b_device.c device/b_device_weights.c \
// RUN:   %S/Inputs/chain.c -lm -o chain
// RUN: %t/one/chain > %t/one.txt
// RUN: grep y: %t/three.txt | diff %t/one.txt -

// The bits of tensors of many shapes on two links, which the second hands on,
// and what the last tier makes of them. Element k of each input is
// (37 k modulo 29 - 14) / 16, so that its signs are --++--++-++- and so on; the
// bytes were written out apart from this compiler. In @a, 4 channels of 3x3
// pixels, a pixel is half a byte; in @c and @d pixels are whole bytes; in @e the
// second pixel begins in the middle of a word.

// CHECK: device a: a6 55 aa 55 0a
// CHECK-NEXT: device b: 52 07
// CHECK-NEXT: device c: e0 7c 1f 83
// CHECK-NEXT: device d: aa 56 ad 4a 5a 95 aa 55
// CHECK-NEXT: device e: aa 56 ad 5a 95 aa
// CHECK-NEXT: device f: cc 02
// CHECK-NEXT: device g: cc 66
// CHECK-NEXT: device h: cc 00
// CHECK-NEXT: device i: cc 00
// CHECK-NEXT: edge a: a6 55 aa 55 0a
// CHECK-NEXT: edge b: 52 07
// CHECK-NEXT: edge c: e0 7c 1f 83
// CHECK-NEXT: edge d: aa 56 ad 4a 5a 95 aa 55
// CHECK-NEXT: edge e: aa 56 ad 5a 95 aa
// CHECK-NEXT: edge f: cc 02
// CHECK-NEXT: edge g: cc 66
// CHECK-NEXT: edge h: cc 00
// CHECK-NEXT: edge i: cc 00
// CHECK-NEXT: y: -1 -1 1 1 -1 -1 1 1 -1 1 1 -1

// TABLE: static const ddnn_tensor input_table[] = {
// TABLE: {"a", DDNN_BITS, DDNN_WIRE_BITS, 4, 1.000000000e+00f, {1, 4, 3, 3}, 36u, 5u},
// TABLE: {"d", DDNN_BITS, DDNN_WIRE_BITS, 4, 1.000000000e+00f, {1, 32, 1, 2}, 64u, 8u},
// TABLE: {"e", DDNN_BITS, DDNN_WIRE_BITS, 4, 1.000000000e+00f, {1, 24, 1, 2}, 48u, 6u},
// TABLE: static const ddnn_tensor output_table[] = {
// TABLE: {"c", DDNN_BITS, DDNN_WIRE_BITS, 4, 1.000000000e+00f, {1, 8, 2, 2}, 32u, 4u},
// TABLE: {"f", DDNN_BITS, DDNN_WIRE_BITS, 2, 1.000000000e+00f, {1, 10}, 10u, 2u},
// TABLE: {"i", DDNN_BITS, DDNN_WIRE_BITS, 1, 1.000000000e+00f, {9}, 9u, 2u},

// HEADER: in_a: bits [1x4x3x3], read
// HEADER: out_a: bits [1x4x3x3], written; travels on as bits, 5 bytes
// HEADER: const uint8_t *in_a

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#edge = #ddnn.tier_spec<name = "edge", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @b attributes {ddnn.tiers = [#device, #edge, #cloud]} {
  func.func @main(%a: tensor<1x4x3x3xf32> {ddnn.name = "a_in"}, %b: tensor<2x3x1x2xf32> {ddnn.name = "b_in"}, %c: tensor<1x8x2x2xf32> {ddnn.name = "c_in"}, %d: tensor<1x32x1x2xf32> {ddnn.name = "d_in"}, %e: tensor<1x24x1x2xf32> {ddnn.name = "e_in"}, %f: tensor<1x10xf32> {ddnn.name = "f_in"}, %g: tensor<1x16xf32> {ddnn.name = "g_in"}, %h: tensor<1x3x3xf32> {ddnn.name = "h_in"}, %i: tensor<9xf32> {ddnn.name = "i_in"}) -> tensor<1x236xf32> {
    %as = ddnn.sign %a {ddnn.tier = "device"} : tensor<1x4x3x3xf32> -> tensor<1x4x3x3xi1> loc("a"("Where"))
    %af = ddnn.plus_minus_one %as {ddnn.tier = "device"} : tensor<1x4x3x3xi1> -> tensor<1x4x3x3xf32> loc("a"("Where"))
    %av = tensor.collapse_shape %af [[0], [1, 2, 3]] {ddnn.tier = "device"} : tensor<1x4x3x3xf32> into tensor<1x36xf32> loc("a"("Where"))
    %bs = ddnn.sign %b {ddnn.tier = "device"} : tensor<2x3x1x2xf32> -> tensor<2x3x1x2xi1> loc("b"("Where"))
    %bf = ddnn.plus_minus_one %bs {ddnn.tier = "device"} : tensor<2x3x1x2xi1> -> tensor<2x3x1x2xf32> loc("b"("Where"))
    %br = tensor.collapse_shape %bf [[0, 1, 2, 3]] {ddnn.tier = "device"} : tensor<2x3x1x2xf32> into tensor<12xf32> loc("b"("Where"))
    %bv = tensor.expand_shape %br [[0, 1]] output_shape [1, 12] {ddnn.tier = "device"} : tensor<12xf32> into tensor<1x12xf32> loc("b"("Where"))
    %cs = ddnn.sign %c {ddnn.tier = "device"} : tensor<1x8x2x2xf32> -> tensor<1x8x2x2xi1> loc("c"("Where"))
    %cf = ddnn.plus_minus_one %cs {ddnn.tier = "device"} : tensor<1x8x2x2xi1> -> tensor<1x8x2x2xf32> loc("c"("Where"))
    %cv = tensor.collapse_shape %cf [[0], [1, 2, 3]] {ddnn.tier = "device"} : tensor<1x8x2x2xf32> into tensor<1x32xf32> loc("c"("Where"))
    %ds = ddnn.sign %d {ddnn.tier = "device"} : tensor<1x32x1x2xf32> -> tensor<1x32x1x2xi1> loc("d"("Where"))
    %df = ddnn.plus_minus_one %ds {ddnn.tier = "device"} : tensor<1x32x1x2xi1> -> tensor<1x32x1x2xf32> loc("d"("Where"))
    %dv = tensor.collapse_shape %df [[0], [1, 2, 3]] {ddnn.tier = "device"} : tensor<1x32x1x2xf32> into tensor<1x64xf32> loc("d"("Where"))
    %es = ddnn.sign %e {ddnn.tier = "device"} : tensor<1x24x1x2xf32> -> tensor<1x24x1x2xi1> loc("e"("Where"))
    %ef = ddnn.plus_minus_one %es {ddnn.tier = "device"} : tensor<1x24x1x2xi1> -> tensor<1x24x1x2xf32> loc("e"("Where"))
    %ev = tensor.collapse_shape %ef [[0], [1, 2, 3]] {ddnn.tier = "device"} : tensor<1x24x1x2xf32> into tensor<1x48xf32> loc("e"("Where"))
    %fs = ddnn.sign %f {ddnn.tier = "device"} : tensor<1x10xf32> -> tensor<1x10xi1> loc("f"("Where"))
    %ff = ddnn.plus_minus_one %fs {ddnn.tier = "device"} : tensor<1x10xi1> -> tensor<1x10xf32> loc("f"("Where"))
    %gs = ddnn.sign %g {ddnn.tier = "device"} : tensor<1x16xf32> -> tensor<1x16xi1> loc("g"("Where"))
    %gf = ddnn.plus_minus_one %gs {ddnn.tier = "device"} : tensor<1x16xi1> -> tensor<1x16xf32> loc("g"("Where"))
    %hs = ddnn.sign %h {ddnn.tier = "device"} : tensor<1x3x3xf32> -> tensor<1x3x3xi1> loc("h"("Where"))
    %hf = ddnn.plus_minus_one %hs {ddnn.tier = "device"} : tensor<1x3x3xi1> -> tensor<1x3x3xf32> loc("h"("Where"))
    %hv = tensor.collapse_shape %hf [[0], [1, 2]] {ddnn.tier = "device"} : tensor<1x3x3xf32> into tensor<1x9xf32> loc("h"("Where"))
    %is = ddnn.sign %i {ddnn.tier = "device"} : tensor<9xf32> -> tensor<9xi1> loc("i"("Where"))
    %if = ddnn.plus_minus_one %is {ddnn.tier = "device"} : tensor<9xi1> -> tensor<9xf32> loc("i"("Where"))
    %iv = tensor.expand_shape %if [[0, 1]] output_shape [1, 9] {ddnn.tier = "device"} : tensor<9xf32> into tensor<1x9xf32> loc("i"("Where"))
    %y = tensor.concat dim(1) %av, %bv, %cv, %dv, %ev, %ff, %gf, %hv, %iv {ddnn.tier = "cloud"} : (tensor<1x36xf32>, tensor<1x12xf32>, tensor<1x32xf32>, tensor<1x64xf32>, tensor<1x48xf32>, tensor<1x10xf32>, tensor<1x16xf32>, tensor<1x9xf32>, tensor<1x9xf32>) -> tensor<1x236xf32> loc("y"("Concat"))
    %out = ddnn.exit "y" %y threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x236xf32>
    return %out : tensor<1x236xf32>
  }
}
