// The emitted C computes what the network says, and the same bits however the
// network is cut: over three tiers with two exits in the first, or all in one.
// The values below were computed apart from this compiler.
//
// RUN: rm -rf %t && mkdir %t
// RUN: ddnn-opt %s --ddnn-partition --ddnn-to-schedule --ddnn-to-flat --ddnn-to-emitc \
// RUN:   | ddnn-translate --ddnn-to-c | split-file - %t/three
// RUN: cd %t/three && gcc %cflags -march=native -D_POSIX_C_SOURCE=200112L -fsanitize=address,undefined \
// RUN:   -include device/net_device.h -include edge/net_edge.h -include cloud/net_cloud.h \
// RUN:   "-DMODELS=&net_device_model,&net_edge_model,&net_cloud_model" \
// RUN:   -Idevice -Iedge -Icloud device/net_device.c device/net_device_weights.c \
// RUN:   edge/net_edge.c edge/net_edge_weights.c cloud/net_cloud.c cloud/net_cloud_weights.c %S/Inputs/chain.c -lm -o chain
// RUN: %t/three/chain > %t/three.txt
// RUN: FileCheck %s < %t/three.txt
//
// RUN: sed -e 's/ddnn.tier = "[a-z]*"/ddnn.tier = "device"/' -e 's/#device, #edge, #cloud/#device/' %s > %t/one.mlir
// RUN: ddnn-opt %t/one.mlir --ddnn-partition --ddnn-to-schedule --ddnn-to-flat --ddnn-to-emitc \
// RUN:   | ddnn-translate --ddnn-to-c | split-file - %t/one
// RUN: cd %t/one && gcc %cflags -march=native -D_POSIX_C_SOURCE=200112L -fsanitize=address,undefined -include device/net_device.h \
// RUN:   "-DMODELS=&net_device_model" -Idevice device/net_device.c device/net_device_weights.c \
// RUN:   %S/Inputs/chain.c -lm -o chain
// RUN: %t/one/chain > %t/one.txt
// RUN: diff %t/one.txt %t/three.txt

// CHECK: exit0: {{0\.5212[0-9]*}} {{0\.0584[0-9]*}} {{0\.0557[0-9]*}}
// CHECK-NEXT: exit1: {{0\.8010[0-9]*}} {{0\.0154[0-9]*}} {{1\.0303[0-9]*}}
// CHECK-NEXT: exit2: {{0\.5756[0-9]*}} {{0\.2776[0-9]*}} {{-0\.0803[0-9]*}}
// CHECK-NEXT: exit3: {{0\.2572[0-9]*}} {{0\.3939[0-9]*}} {{0\.3488[0-9]*}}
// CHECK-NOT: {{.}}

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#edge = #ddnn.tier_spec<name = "edge", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @net attributes {ddnn.tiers = [#device, #edge, #cloud]} {
  func.func @main(%x: tensor<1x8xf32> {ddnn.name = "x"}) -> (tensor<1x3xf32>, tensor<1x3xf32>, tensor<1x3xf32>, tensor<1x3xf32>) {
    %zero = arith.constant 0.0 : f32
    %w1 = arith.constant dense<[[-0.25, -0.375, 0.0, -0.3125, 0.4375, 0.375, 0.4375, 0.25], [-0.125, -0.3125, 0.4375, -0.5, 0.25, 0.3125, -0.5, 0.375], [0.0, -0.0625, -0.3125, 0.125, -0.5, -0.5, -0.5, -0.5], [0.25, -0.125, 0.3125, -0.5, 0.5, -0.0625, 0.375, 0.4375], [-0.0625, 0.1875, -0.0625, -0.0625, 0.375, 0.0625, -0.5, 0.3125], [-0.3125, -0.1875, 0.0625, -0.3125, 0.125, 0.5, 0.3125, 0.5], [-0.125, 0.0625, 0.0625, 0.4375, 0.5, 0.25, -0.4375, 0.4375], [-0.0625, 0.25, 0.3125, -0.1875, 0.1875, 0.1875, -0.375, 0.375]]> : tensor<8x8xf32>
    %v0 = arith.constant dense<[[0.5, -0.3125, -0.1875], [0.5, 0.25, 0.1875], [0.4375, -0.5, 0.4375], [-0.4375, 0.0625, 0.25], [-0.1875, -0.1875, 0.5], [-0.0625, -0.5, -0.125], [-0.0625, 0.25, 0.5], [0.1875, 0.1875, 0.375]]> : tensor<8x3xf32>
    %v1 = arith.constant dense<[[0.0, -0.5, 0.25], [0.5, -0.25, 0.5], [-0.125, 0.3125, -0.4375], [0.4375, 0.1875, -0.125], [0.5, 0.3125, 0.4375], [0.1875, 0.3125, 0.1875], [-0.5, 0.125, 0.375], [-0.5, -0.0625, -0.1875]]> : tensor<8x3xf32>
    %w2 = arith.constant dense<[[-0.1875, -0.375, 0.0, -0.4375, -0.375, -0.375, -0.5, 0.375], [-0.5, 0.0, -0.0625, 0.0, -0.3125, -0.1875, 0.1875, 0.0625], [-0.375, -0.1875, -0.1875, 0.0, 0.5, -0.1875, 0.0, 0.0625]]> : tensor<3x8xf32>
    %v2 = arith.constant dense<[[0.375, 0.125, 0.4375], [0.4375, -0.3125, -0.5], [0.0625, 0.25, 0.125], [0.3125, -0.125, 0.0], [-0.3125, 0.0, 0.5], [-0.125, 0.3125, -0.5], [-0.0625, -0.5, 0.25], [-0.25, -0.4375, -0.1875]]> : tensor<8x3xf32>
    %v3 = arith.constant dense<[[0.375, 0.5, 0.3125], [-0.0625, 0.5, 0.375], [-0.0625, 0.5, -0.5], [0.25, 0.125, 0.3125], [-0.4375, 0.0625, -0.25], [-0.125, -0.4375, 0.0625], [-0.375, -0.375, 0.0625], [0.0625, -0.1875, 0.3125], [0.0, -0.25, -0.5], [-0.4375, -0.125, 0.375], [-0.1875, 0.5, -0.4375], [0.25, -0.125, 0.1875], [-0.3125, -0.125, 0.3125], [-0.125, 0.4375, -0.3125], [0.25, 0.0625, 0.5], [0.4375, -0.5, 0.125], [0.25, 0.0625, -0.5], [-0.1875, -0.125, 0.125], [-0.25, 0.125, 0.3125], [-0.125, 0.0, -0.3125], [0.25, 0.1875, 0.4375], [-0.0625, -0.375, -0.4375], [-0.375, -0.25, -0.1875], [-0.1875, -0.125, 0.0]]> : tensor<24x3xf32>
    %quarter = arith.constant dense<0.25> : tensor<1x8xf32>
    %e3 = tensor.empty() : tensor<1x3xf32>
    %e8 = tensor.empty() : tensor<1x8xf32>
    %f3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<1x3xf32>) -> tensor<1x3xf32>
    %f8 = linalg.fill ins(%zero : f32) outs(%e8 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %m = linalg.matmul {ddnn.tier = "device"} ins(%x, %w1 : tensor<1x8xf32>, tensor<8x8xf32>) outs(%f8 : tensor<1x8xf32>) -> tensor<1x8xf32> loc("m"("Gemm"))
    %a = linalg.tanh {ddnn.tier = "device"} ins(%m : tensor<1x8xf32>) outs(%e8 : tensor<1x8xf32>) -> tensor<1x8xf32> loc("a"("tanh"))
    %g0 = linalg.matmul {ddnn.tier = "device"} ins(%a, %v0 : tensor<1x8xf32>, tensor<8x3xf32>) outs(%f3 : tensor<1x3xf32>) -> tensor<1x3xf32> loc("g0"("Gemm"))
    %exit0 = ddnn.exit "exit0" %g0 threshold 0.5 by entropy {ddnn.tier = "device"} : tensor<1x3xf32>
    %b = linalg.exp {ddnn.tier = "device"} ins(%a : tensor<1x8xf32>) outs(%e8 : tensor<1x8xf32>) -> tensor<1x8xf32> loc("b"("exp"))
    %g1 = linalg.matmul {ddnn.tier = "device"} ins(%b, %v1 : tensor<1x8xf32>, tensor<8x3xf32>) outs(%f3 : tensor<1x3xf32>) -> tensor<1x3xf32> loc("g1"("Gemm"))
    %exit1 = ddnn.exit "exit1" %g1 threshold 0.5 by entropy {ddnn.tier = "device"} : tensor<1x3xf32>
    %q = linalg.mul {ddnn.tier = "device"} ins(%b, %quarter : tensor<1x8xf32>, tensor<1x8xf32>) outs(%e8 : tensor<1x8xf32>) -> tensor<1x8xf32> loc("q"("mul"))
    %r = linalg.sub {ddnn.tier = "device"} ins(%a, %q : tensor<1x8xf32>, tensor<1x8xf32>) outs(%e8 : tensor<1x8xf32>) -> tensor<1x8xf32> loc("r"("sub"))
    %sb = ddnn.sign %r {ddnn.tier = "device"} : tensor<1x8xf32> -> tensor<1x8xi1> loc("s"("Where"))
    %s = ddnn.plus_minus_one %sb {ddnn.tier = "device"} : tensor<1x8xi1> -> tensor<1x8xf32> loc("s"("Where"))
    %h = linalg.matmul {ddnn.tier = "edge"} ins(%exit1, %w2 : tensor<1x3xf32>, tensor<3x8xf32>) outs(%f8 : tensor<1x8xf32>) -> tensor<1x8xf32> loc("h"("Gemm"))
    %c = linalg.add {ddnn.tier = "edge"} ins(%h, %s : tensor<1x8xf32>, tensor<1x8xf32>) outs(%e8 : tensor<1x8xf32>) -> tensor<1x8xf32> loc("c"("add"))
    %g2 = linalg.matmul {ddnn.tier = "edge"} ins(%c, %v2 : tensor<1x8xf32>, tensor<8x3xf32>) outs(%f3 : tensor<1x3xf32>) -> tensor<1x3xf32> loc("g2"("Gemm"))
    %exit2 = ddnn.exit "exit2" %g2 threshold 0.5 by entropy {ddnn.tier = "edge"} : tensor<1x3xf32>
    %d = linalg.tanh {ddnn.tier = "edge"} ins(%c : tensor<1x8xf32>) outs(%e8 : tensor<1x8xf32>) -> tensor<1x8xf32> loc("d"("tanh"))
    %k = tensor.concat dim(1) %d, %a, %x {ddnn.tier = "cloud"} : (tensor<1x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x24xf32> loc("k"("Concat"))
    %g3 = linalg.matmul {ddnn.tier = "cloud"} ins(%k, %v3 : tensor<1x24xf32>, tensor<24x3xf32>) outs(%f3 : tensor<1x3xf32>) -> tensor<1x3xf32> loc("g3"("Gemm"))
    %p = linalg.softmax {ddnn.tier = "cloud"} dimension(1) ins(%g3 : tensor<1x3xf32>) outs(%e3 : tensor<1x3xf32>) -> tensor<1x3xf32> loc("p"("Softmax"))
    %exit3 = ddnn.exit "exit3" %p threshold 1.0 by entropy of probabilities {ddnn.tier = "cloud"} : tensor<1x3xf32>
    return %exit0, %exit1, %exit2, %exit3 : tensor<1x3xf32>, tensor<1x3xf32>, tensor<1x3xf32>, tensor<1x3xf32>
  }
}
