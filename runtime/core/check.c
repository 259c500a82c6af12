/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Is a decoded frame one that this tier can take? Compares with descriptors.
 */
#include "bytes.h"
#include "ddnn/frame.h"
#include "ddnn/run.h"
#include "ddnn/wire.h"

static bool same_tensor(const ddnn_frame_tensor *a, const ddnn_tensor *b) {
  if (a->encoding != b->encoding || a->rank != b->rank ||
      a->bytes != b->wire_bytes)
    return false;
  if (a->encoding == DDNN_WIRE_I8 && a->scale != b->scale)
    return false;
  for (unsigned d = 0; d < a->rank; ++d)
    if (a->dims[d] != b->dims[d])
      return false;
  return true;
}

int ddnn_frame_check_request(const ddnn_frame *frame, const ddnn_model *model) {
  if (frame->kind != DDNN_FRAME_REQUEST)
    return DDNN_ERR_FORMAT;
  if (frame->model != model->hash)
    return DDNN_ERR_MODEL;
  if (frame->stage != model->tier)
    return DDNN_ERR_STAGE;
  if (frame->tensor_count != model->input_count)
    return DDNN_ERR_TENSOR;
  for (unsigned i = 0; i < frame->tensor_count; ++i)
    if (!same_tensor(&frame->tensors[i], &model->inputs[i]))
      return DDNN_ERR_TENSOR;
  return DDNN_OK;
}

int ddnn_frame_check_reply(const ddnn_frame *frame, const ddnn_model *model) {
  if (frame->kind != DDNN_FRAME_REPLY)
    return DDNN_ERR_FORMAT;
  if (frame->model != model->hash)
    return DDNN_ERR_MODEL;
  if (frame->stage >= model->tier_count)
    return DDNN_ERR_STAGE;
  bool fallback = frame->flags & DDNN_FLAG_FALLBACK;
  if (fallback && frame->status == DDNN_OK)
    return DDNN_ERR_FORMAT;
  if (frame->status != DDNN_OK && !fallback)
    return frame->tensor_count == 0 ? DDNN_OK : DDNN_ERR_TENSOR;
  if (frame->exit >= model->exit_count)
    return DDNN_ERR_TENSOR;
  uint32_t classes = model->exits[frame->exit].classes;
  if (frame->tensor_count != 1 || frame->tensors[0].encoding != DDNN_WIRE_F32 ||
      frame->tensors[0].bytes != ddnn_wire_bytes(DDNN_WIRE_F32, classes) ||
      frame->label >= classes)
    return DDNN_ERR_TENSOR;
  return DDNN_OK;
}

/* ---- Groups -------------------------------------------------------------- */

/* A frame of this kind for this tier of this deployment. */
static int check_kind(const ddnn_frame *frame, const ddnn_model *model,
                      uint8_t kind) {
  if (frame->kind != kind)
    return DDNN_ERR_FORMAT;
  if (frame->model != model->hash)
    return DDNN_ERR_MODEL;
  return DDNN_OK;
}

/* The tensors that source `index` sends here, in the order of the inputs. */
static int check_source_tensors(const ddnn_frame *frame,
                                const ddnn_model *model, unsigned index) {
  unsigned next = 0;
  for (unsigned i = 0; i < model->input_count; ++i) {
    if (model->input_sources[i] != index)
      continue;
    if (next == frame->tensor_count ||
        !same_tensor(&frame->tensors[next], &model->inputs[i]))
      return DDNN_ERR_TENSOR;
    ++next;
  }
  return next == frame->tensor_count ? DDNN_OK : DDNN_ERR_TENSOR;
}

/* Scores or a part: the frame's member is a source of this place. */
static int check_from_source(const ddnn_frame *frame, const ddnn_model *model,
                             uint8_t kind, unsigned *source) {
  int status = check_kind(frame, model, kind);
  if (status != DDNN_OK)
    return status;
  if (frame->stage != model->tier || model->source_count == 0)
    return DDNN_ERR_STAGE;
  for (unsigned i = 0; i < model->source_count; ++i)
    if (model->sources[i].place.member == frame->member) {
      if (source)
        *source = i;
      return check_source_tensors(frame, model, i);
    }
  return DDNN_ERR_NOT_FOUND;
}

int ddnn_frame_check_scores(const ddnn_frame *frame, const ddnn_model *model,
                            unsigned *source) {
  if (!ddnn_model_aggregates(model, model->tier))
    return DDNN_ERR_STAGE;
  int status = check_from_source(frame, model, DDNN_FRAME_SCORES, source);
  if (status != DDNN_OK)
    return status;
  /* Who was missing where the member joined: bits of sources that it has. */
  unsigned sources = 0;
  for (unsigned i = 0; i < model->connection_count; ++i)
    if (model->connections[i].to.tier + 1 == model->tier &&
        model->connections[i].to.member == frame->member)
      ++sources;
  if (sources < 32 && frame->label >> sources != 0)
    return DDNN_ERR_FORMAT;
  return model->tier == 1 && frame->attempt != 0 ? DDNN_ERR_FORMAT : DDNN_OK;
}

int ddnn_frame_check_part(const ddnn_frame *frame, const ddnn_model *model,
                          unsigned *source) {
  if (ddnn_model_aggregates(model, model->tier))
    return DDNN_ERR_STAGE;
  return check_from_source(frame, model, DDNN_FRAME_PART, source);
}

/* The only tensor of a fetch or of an expectation: so many bytes. */
static bool is_bytes(const ddnn_frame *frame, unsigned least, unsigned most) {
  const ddnn_frame_tensor *t = &frame->tensors[0];
  return frame->tensor_count == 1 && t->dtype == DDNN_U8 &&
         t->encoding == DDNN_WIRE_U8 && t->rank == 1 && t->bytes >= least &&
         t->bytes <= most;
}

int ddnn_frame_check_expect(const ddnn_frame *frame, const ddnn_model *model,
                            uint16_t *present) {
  int status = check_kind(frame, model, DDNN_FRAME_EXPECT);
  if (status != DDNN_OK)
    return status;
  if (frame->stage != model->tier || model->source_count == 0 ||
      ddnn_model_aggregates(model, model->tier))
    return DDNN_ERR_STAGE;
  if (frame->member != model->member)
    return DDNN_ERR_NOT_FOUND;
  if (!is_bytes(frame, model->source_count, model->source_count))
    return DDNN_ERR_TENSOR;
  unsigned bits = 0;
  for (unsigned i = 0; i < model->source_count; ++i) {
    if (frame->tensors[0].data[i] > 1)
      return DDNN_ERR_FORMAT;
    bits |= (unsigned)frame->tensors[0].data[i] << i;
  }
  if (bits == 0)
    return DDNN_ERR_FORMAT;
  if (present)
    *present = (uint16_t)bits;
  return DDNN_OK;
}

int ddnn_frame_check_fetch(const ddnn_frame *frame, const ddnn_model *model,
                           char node[DDNN_NODE_MAX + 1]) {
  int status = check_kind(frame, model, DDNN_FRAME_FETCH);
  if (status != DDNN_OK)
    return status;
  if (frame->member != model->member)
    return DDNN_ERR_NOT_FOUND;
  bool sends = false;
  for (unsigned i = 0; model->link_targets && i < model->link_count; ++i)
    sends |= model->link_targets[i].tier == frame->stage;
  if (!sends || ddnn_model_aggregates(model, frame->stage))
    return DDNN_ERR_STAGE;
  if (!is_bytes(frame, 1, DDNN_NODE_MAX))
    return DDNN_ERR_TENSOR;
  char name[DDNN_NODE_MAX + 1];
  ddnn_clear(name, sizeof name);
  ddnn_copy(name, frame->tensors[0].data, frame->tensors[0].bytes);
  /* A NUL within would make the name shorter. */
  for (uint32_t i = 0; i < frame->tensors[0].bytes; ++i)
    if (name[i] == 0)
      return DDNN_ERR_FORMAT;
  if (!ddnn_node_name_ok(name))
    return DDNN_ERR_FORMAT;
  if (node)
    ddnn_copy(node, name, sizeof name);
  return DDNN_OK;
}
