/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The timer that every Cortex-M of this example has: processor clocks, counted
 * down in 24 bits. */
#ifndef SYSTICK_H
#define SYSTICK_H

#include <stdint.h>

#define SYSTICK_CONTROL (*(volatile uint32_t *)0xe000e010)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xe000e014)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xe000e018)
#define SYSTICK_MASK 0xffffffu

static inline void systick_start(void) {
  SYSTICK_RELOAD = SYSTICK_MASK;
  SYSTICK_VALUE = 0;
  SYSTICK_CONTROL = 5; /* enabled, processor clock, no interrupt */
}

/* Clocks since SYSTICK_VALUE was `start`, less than 2^24. */
static inline uint32_t systick_since(uint32_t start) {
  return (start - SYSTICK_VALUE) & SYSTICK_MASK;
}

#endif
