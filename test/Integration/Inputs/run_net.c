/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * run_net X Y: runs the model "net" on the floats in X and writes floats to Y.
 * IN and OUT are their numbers, OUTPUTS where each output begins in y, if there
 * are several. For machines that ddnn does not run on, and for sanitizers. */
#include "net_device.h"

#include <stdio.h>

#ifndef OUTPUTS
#define OUTPUTS y
#endif

static _Alignas(64) char arena[NET_DEVICE_ARENA_SIZE + 1];
static float x[IN], y[OUT];

int main(int argc, char **argv) {
  FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
  if (!file || fread(x, sizeof(float), IN, file) != IN)
    return 1;
  fclose(file);
  net_device_run(net_device_weights, arena, x, OUTPUTS);
  file = fopen(argv[2], "wb");
  return !file || fwrite(y, sizeof(float), OUT, file) != OUT || fclose(file);
}
