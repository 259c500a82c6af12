/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The loop that `scripts/bench` times, and one call of each contestant. It
 * is in C because a call from Python takes as long as a small network.
 * measure.py compiles it, fills the structures and passes one of the call_
 * functions to time_calls.
 */
#define _POSIX_C_SOURCE 199309L
#include <stddef.h>
#include <time.h>

/* Returns 0, or something else if the call failed. */
typedef int (*call_fn)(void *context);

/* Functions of nothing but pointers: generated C. */
typedef struct {
  void (*function)(void);
  int count;
  void *arguments[10];
} pointer_call;

int call_pointers(void *context) {
  pointer_call *c = context;
  void **a = c->arguments;
#define P void *
  switch (c->count) {
  case 2:
    ((void (*)(P, P))c->function)(a[0], a[1]);
    return 0;
  case 4:
    ((void (*)(P, P, P, P))c->function)(a[0], a[1], a[2], a[3]);
    return 0;
  case 5:
    ((void (*)(P, P, P, P, P))c->function)(a[0], a[1], a[2], a[3], a[4]);
    return 0;
  case 6:
    ((void (*)(P, P, P, P, P, P))c->function)(a[0], a[1], a[2], a[3], a[4],
                                              a[5]);
    return 0;
  default:
    return -1;
  }
#undef P
}

/* ONNX Runtime: OrtApi::Run on values that exist already. */
typedef struct {
  void *(*run)(void *session, const void *options,
               const char *const *input_names, void *const *inputs,
               size_t input_count, const char *const *output_names,
               size_t output_count, void **outputs);
  void *session;
  const char *const *input_names;
  void *const *inputs;
  size_t input_count;
  const char *const *output_names;
  size_t output_count;
  void **outputs;
} onnxruntime_call;

int call_onnxruntime(void *context) {
  onnxruntime_call *c = context;
  return c->run(c->session, NULL, c->input_names, c->inputs, c->input_count,
                c->output_names, c->output_count, c->outputs) != NULL;
}

/* OpenVINO: ov_infer_request_infer. */
typedef struct {
  int (*infer)(void *request);
  void *request;
} openvino_call;

int call_openvino(void *context) {
  openvino_call *c = context;
  return c->infer(c->request);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Calls for at least `seconds` and at least `calls` times, after a warm-up of a
 * tenth of that. Writes the seconds that one call took, averaged over each
 * batch of about a millisecond; returns the number of batches, at most
 * `capacity`, or -1 if a call failed. */
int time_calls(call_fn call, void *context, double seconds, int calls,
               double *per_call, int capacity) {
  double begin = now(), elapsed;
  int warm = 0, batches = 0;
  do {
    if (call(context))
      return -1;
    ++warm;
    elapsed = now() - begin;
  } while (elapsed < seconds / 10);
  double batch_seconds = seconds / capacity > 1e-3 ? seconds / capacity : 1e-3;
  int batch = (int)(batch_seconds / (elapsed / warm));
  if (batch < 1)
    batch = 1;
  double total = 0;
  int done = 0;
  while (batches < capacity && (total < seconds || done < calls)) {
    begin = now();
    for (int i = 0; i < batch; ++i)
      if (call(context))
        return -1;
    elapsed = now() - begin;
    per_call[batches++] = elapsed / batch;
    total += elapsed;
    done += batch;
  }
  return batches;
}
