/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Running one tier of a model: lays the arenas and the outputs out in memory
 * that the caller gives, runs step after step and asks the gate at each exit.
 * The session, the worker and the tools all go through here. Freestanding.
 */
#ifndef DDNN_RUN_H
#define DDNN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ddnn/gate.h"
#include "ddnn/model.h"
#include "ddnn/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Checks what the runtime relies on in a descriptor: the ABI version, bounds of
 * all tables, sizes that agree with counts; of groups, that sources, targets
 * and connections are places that exist. Returns DDNN_OK, DDNN_ERR_ABI,
 * DDNN_ERR_INVALID. */
int ddnn_model_check(const ddnn_model *model);

/* Is that tier of the deployment an aggregator: one member behind several? */
bool ddnn_model_aggregates(const ddnn_model *model, unsigned tier);

/* Working memory of one sample in one tier. Not shared between threads. */
typedef struct ddnn_workspace {
  const ddnn_model *model;
  void *arenas[DDNN_MAX_POOLS];
  void *inputs[DDNN_MAX_TENSORS];  /* room to decode each input into */
  void *outputs[DDNN_MAX_TENSORS]; /* where the steps write */
} ddnn_workspace;

/* Bytes that ddnn_workspace_init needs (with room for any alignment of the
 * memory it is given); 0 for a bad descriptor. */
size_t ddnn_workspace_size(const ddnn_model *model);

/* Lays a workspace out in memory[size], which stays the caller's and must
 * outlive it. Returns DDNN_OK, DDNN_ERR_NO_MEMORY, or as ddnn_model_check. */
int ddnn_workspace_init(ddnn_workspace *workspace, const ddnn_model *model,
                        void *memory, size_t size);

/* The same for a tier whose arena lies in several memories: arenas[i], model's
 * pools[i].size bytes aligned to DDNN_ALIGN, is the caller's place for pool i.
 * Where that, or arenas as a whole, is NULL, the pool is part of memory, too.
 */
size_t ddnn_workspace_size_placed(const ddnn_model *model, void *const *arenas);
int ddnn_workspace_init_placed(ddnn_workspace *workspace,
                               const ddnn_model *model, void *const *arenas,
                               void *memory, size_t size);

/* What was found at an exit of this tier. */
typedef struct ddnn_exit_event {
  uint16_t exit;         /* index into model->exits */
  const float *scores;   /* in the workspace; valid until its next run */
  uint32_t classes;      /* number of scores */
  ddnn_gate_result gate; /* entropy, label, and whether the sample leaves */
} ddnn_exit_event;

/* Called for each exit reached, in order, the one where the sample leaves
 * included; return false to stop here (a deadline that is over). */
typedef bool (*ddnn_exit_fn)(void *user, const ddnn_exit_event *event);

/* Runs the tier on `inputs` (parallel to model->inputs, in memory format) until
 * the sample leaves at an exit or all steps have run.
 *   thresholds  one per exit of the deployment (model->exits), NULL: as
 * compiled on_exit     may be NULL taken       gets the exit where the sample
 * left; exit is DDNN_NO_EXIT if it did not, and the link's tensors are then in
 *               workspace->outputs
 * Returns DDNN_OK, DDNN_ERR_INVALID, or DDNN_ERR_CANCELLED where on_exit said
 * stop. */
int ddnn_workspace_run(ddnn_workspace *workspace, const void *const *inputs,
                       const float *thresholds, ddnn_exit_fn on_exit,
                       void *user, ddnn_exit_event *taken);

#ifdef __cplusplus
}
#endif
#endif
