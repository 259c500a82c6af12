// RUN: not ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=f3}))" 2>&1 | FileCheck %s --check-prefix=F3
// RUN: not ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{tile=7}))" 2>&1 | FileCheck %s --check-prefix=SEVEN
// RUN: not ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{tile=0x2}))" 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{tile=7x2x2}))" 2>&1 | FileCheck %s --check-prefix=THREE
// RUN: not ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{tile=axb}))" 2>&1 | FileCheck %s --check-prefix=LETTERS
// RUN: not ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{tile=3x1152921504606846976}))" 2>&1 | FileCheck %s --check-prefix=HUGE
// RUN: not ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=auto:-1}))" 2>&1 | FileCheck %s --check-prefix=BOUND

// Options that mean nothing are an error before anything is packed, even where
// there is nothing to pack.

// F3:      error: {{.*}}winograd=f3: is neither auto, auto:ERROR, off, f2 nor f4
// HUGE:    error: {{.*}}tile=3x1152921504606846976: is no PIXELSxVECTORS
// BOUND:   error: {{.*}}winograd=auto:-1: is neither auto, auto:ERROR, off, f2 nor f4
// SEVEN:   error: {{.*}}tile=7: is no PIXELSxVECTORS, such as 7x2
// ZERO:    error: {{.*}}tile=0x2: is no PIXELSxVECTORS
// THREE:   error: {{.*}}tile=7x2x2: is no PIXELSxVECTORS
// LETTERS: error: {{.*}}tile=axb: is no PIXELSxVECTORS
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0() {
    return
  }
}
