// RUN: ddnn-opt %s --ddnn-partition --ddnn-to-schedule --ddnn-to-flat --ddnn-to-emitc -o %t.mlir
// RUN: ddnn-translate --ddnn-to-c %t.mlir | split-file - %t
// RUN: FileCheck %s --check-prefix=HEADER < %t/edge_a/a__b_edge_a.h
// RUN: FileCheck %s --check-prefix=SOURCE < %t/edge_a/a__b_edge_a.c
// RUN: cd %t && gcc %cflags -D_POSIX_C_SOURCE=200112L -include edge_a/a__b_edge_a.h -include edge_a_1/a__b_edge_a_1.h \
// RUN:   "-DMODELS=&a__b_edge_a_model,&a__b_edge_a_1_model" -Iedge_a -Iedge_a_1 \
// RUN:   edge_a/a__b_edge_a.c edge_a/a__b_edge_a_weights.c \
// RUN:   edge_a_1/a__b_edge_a_1.c edge_a_1/a__b_edge_a_1_weights.c %S/Inputs/chain.c -lm -o names
// RUN: %t/names | FileCheck %s --check-prefix=OUTPUT
// RUN: %if clang %{ cd %t && clang-22 %cflags -Iedge_a edge_a/a__b_edge_a.c -c -o /dev/null %}
// RUN: cd %t && gcc %cflags -Iedge_a edge_a/a__b_edge_a_plugin.c -c -o /dev/null

// ONNX allows any name. Nothing in one may end a comment or a string, and two
// that are the same in C are told apart: tensors, nodes and tiers.

// HEADER:      Tier 0 ('edge a') of model 'a*_b'
// HEADER:      void a__b_edge_a_step0(const void *weights, void *arena,
// HEADER-NEXT:     const float *in_int,
// HEADER-NEXT:     const float *in_x_y,
// HEADER-NEXT:     const float *in_x_y_1,
// HEADER-NEXT:     float *out_

// SOURCE:      {{^}}/* Add *_ int main(void) { /_ {} \: 1x2, 1x2 -> 1x2, 2 FLOP */
// SOURCE-NEXT: static DDNN_NOINLINE void kernel____int_main_void___________(
// SOURCE:      /* Exp ??/: 1x2 -> 1x2, 2 FLOP */
// SOURCE-NEXT: static DDNN_NOINLINE void kernel____(
// SOURCE:      /* Mul a_b ??/: 1x2 -> 1x2, 2 FLOP */
// SOURCE:      "x.y"
// SOURCE:      "x/y"
// SOURCE:      "\"quote\"\\", "*/ \? \?/", "\342\210\221\012"

// OUTPUT:      */ "exit" ??/:
// OUTPUT-NEXT: ∑:

#a = #ddnn.tier_spec<name = "edge a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#b = #ddnn.tier_spec<name = "edge.a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @"a*/b" attributes {ddnn.tiers = [#a, #b], ddnn.labels = ["\22quote\22\\", "*/ ? ?/", "∑\0A"]} {
  func.func @main(%x: tensor<1x2xf32> {ddnn.name = "int"}, %y: tensor<1x2xf32> {ddnn.name = "x.y"}, %z: tensor<1x2xf32> {ddnn.name = "x/y"}) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
    %e = tensor.empty() : tensor<1x2xf32>
    %0 = linalg.add {ddnn.tier = "edge a"} ins(%x, %y : tensor<1x2xf32>, tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32> loc("*/ int main(void) { /* {} \\"("Add"))
    %1 = linalg.exp {ddnn.tier = "edge a"} ins(%z : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32> loc("??/"("Exp"))
    %2 = linalg.mul {ddnn.tier = "edge a"} ins(%0, %1 : tensor<1x2xf32>, tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32> loc("a\0Ab ??/"("Mul"))
    %3 = ddnn.exit "*/ \22exit\22 ??/" %2 threshold 0.5 by entropy {ddnn.tier = "edge a"} : tensor<1x2xf32>
    %4 = linalg.exp {ddnn.tier = "edge.a"} ins(%1 : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32> loc("∑"("Exp"))
    %5 = ddnn.exit "∑" %4 threshold 1.0 by entropy {ddnn.tier = "edge.a"} : tensor<1x2xf32>
    return %3, %5 : tensor<1x2xf32>, tensor<1x2xf32>
  }
}
