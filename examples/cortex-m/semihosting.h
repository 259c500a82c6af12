/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Semihosting: the debugger, here QEMU, prints for the program. On a board with
 * no debugger attached it is a fault; use a UART there. */
#ifndef SEMIHOSTING_H
#define SEMIHOSTING_H

#include <stdint.h>

void host_print(const char *text);
void host_print_number(uint32_t number);

/* Says what went wrong and why; the exit status for it. */
int host_fail(const char *what, const char *why);

/* Ends QEMU with this exit status. */
_Noreturn void host_exit(int status);

#endif
