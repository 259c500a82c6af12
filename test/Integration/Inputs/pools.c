/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Prints the scores of models/digits' cloud tier for one input, all bits of
 * them. With -DTWO its arena lies in two memories, fast and slow. */
#include "digits_cloud.h"

#include <stdio.h>

#ifdef TWO
static _Alignas(DDNN_ALIGN) unsigned char fast[DIGITS_CLOUD_ARENA_FAST_SIZE];
static _Alignas(DDNN_ALIGN) unsigned char slow[DIGITS_CLOUD_ARENA_SLOW_SIZE];
#define ARENAS fast, slow
#else
static _Alignas(DDNN_ALIGN) unsigned char arena[DIGITS_CLOUD_ARENA_SIZE];
#define ARENAS arena
#endif

int main(void) {
  static float features[8 * 4 * 4], scores[10];
  for (int i = 0; i < 8 * 4 * 4; ++i)
    features[i] = (float)(i * 37 % 29) / 16.0f;
  digits_cloud_run(digits_cloud_weights, ARENAS, features, scores);
  for (int i = 0; i < 10; ++i)
    printf("%a\n", (double)scores[i]);
  return 0;
}
