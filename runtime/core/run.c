/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ddnn/run.h"
#include "bytes.h"
#include "ddnn/frame.h"
#include "ddnn/wire.h"

static bool tensor_ok(const ddnn_tensor *t, bool travels) {
  if (t->rank > DDNN_MAX_RANK || t->count == 0)
    return false;
  uint64_t count = 1;
  for (unsigned i = 0; i < t->rank; ++i) {
    count *= t->dims[i];
    if (count > UINT32_MAX)
      return false;
  }
  if (count != t->count || ddnn_memory_bytes(t->dtype, t->count) == 0)
    return false;
  return !travels || (t->wire_bytes != 0 &&
                      t->wire_bytes == ddnn_wire_bytes(t->encoding, t->count));
}

static bool exits_ok(const ddnn_model *m) {
  for (unsigned i = 0; i < m->exit_count; ++i) {
    const ddnn_exit *e = &m->exits[i];
    if (e->classes == 0 || e->tier >= m->tier_count ||
        e->scores > DDNN_LOG_PROBABILITIES || e->criterion > DDNN_MARGIN ||
        !(e->threshold >= 0.0f && e->threshold <= 1.0f))
      return false;
  }
  unsigned step = 0;
  for (unsigned i = 0; i < m->local_exit_count; ++i) {
    const ddnn_local_exit *l = &m->local_exits[i];
    if (l->exit >= m->exit_count || l->step >= m->step_count ||
        l->step < step || l->output >= m->output_count - m->link_count)
      return false;
    const ddnn_tensor *t = &m->outputs[l->output];
    if (t->dtype != DDNN_F32 || t->count != m->exits[l->exit].classes)
      return false;
    step = l->step;
  }
  return true;
}

bool ddnn_model_aggregates(const ddnn_model *m, unsigned tier) {
  return m->member_counts && tier != 0 && tier < m->tier_count &&
         m->member_counts[tier] == 1 && m->member_counts[tier - 1] > 1;
}

static bool place_ok(const ddnn_model *m, ddnn_place place) {
  return place.tier < m->tier_count &&
         place.member < m->member_counts[place.tier];
}

static bool same_place(ddnn_place a, ddnn_place b) {
  return a.tier == b.tier && a.member == b.member;
}

/* Who sends here, in order, and all of them from one tier. */
static bool sources_ok(const ddnn_model *m) {
  if (m->source_count > DDNN_MAX_MEMBERS || (m->source_count && !m->sources) ||
      (m->source_count == 0) != (m->tier == 0) || !m->input_sources)
    return false;
  for (unsigned i = 0; i < m->source_count; ++i) {
    ddnn_place place = m->sources[i].place;
    if (!place_ok(m, place) || place.tier >= m->tier ||
        m->sources[i].missing > DDNN_MISSING_BLANK ||
        (i && (place.tier != m->sources[0].place.tier ||
               place.member <= m->sources[i - 1].place.member)))
      return false;
  }
  unsigned heard = 0;
  for (unsigned i = 0; i < m->input_count; ++i) {
    uint8_t source = m->input_sources[i];
    const ddnn_tensor *t = &m->inputs[i];
    if (source == DDNN_FROM_RUNTIME) {
      /* So there is one at most. */
      if (i + 1 != m->input_count || t->dtype != DDNN_U8 ||
          t->count != m->source_count || m->tier == 0)
        return false;
    } else if (source == DDNN_FROM_SENSOR ? m->tier != 0
                                          : source >= m->source_count) {
      return false;
    } else if (source != DDNN_FROM_SENSOR) {
      heard |= 1u << source;
    }
  }
  return heard == (1u << m->source_count) - 1;
}

static bool connections_ok(const ddnn_model *m) {
  if (m->connection_count > DDNN_MAX_CONNECTIONS ||
      (m->connection_count && !m->connections))
    return false;
  for (unsigned i = 0; i < m->connection_count; ++i) {
    const ddnn_connection *c = &m->connections[i];
    if (!place_ok(m, c->from) || !place_ok(m, c->to) ||
        c->from.tier >= c->to.tier)
      return false;
    /* Each pair once, and what a place sends to a tier goes to one member. */
    for (unsigned j = 0; j < i; ++j)
      if (same_place(m->connections[j].from, c->from) &&
          m->connections[j].to.tier == c->to.tier)
        return false;
  }
  return true;
}

static bool connected(const ddnn_model *m, ddnn_place from, ddnn_place to) {
  for (unsigned i = 0; i < m->connection_count; ++i)
    if (same_place(m->connections[i].from, from) &&
        same_place(m->connections[i].to, to))
      return true;
  return false;
}

static bool group_ok(const ddnn_model *m) {
  if (!m->member_counts)
    return m->member == 0 && m->source_count == 0 && m->connection_count == 0;
  if (m->tier_count > DDNN_MAX_TIERS)
    return false;
  for (unsigned i = 0; i < m->tier_count; ++i)
    if (m->member_counts[i] == 0 || m->member_counts[i] > DDNN_MAX_MEMBERS)
      return false;
  if (m->member >= m->member_counts[m->tier] || !sources_ok(m) ||
      !connections_ok(m) || (m->link_count && !m->link_targets))
    return false;
  /* Nothing is sent on from an aggregator, nor from the end. */
  if (m->link_count &&
      (ddnn_model_aggregates(m, m->tier) || m->tier + 1 == m->tier_count))
    return false;
  ddnn_place own = {m->tier, m->member};
  for (unsigned i = 0; i < m->link_count; ++i)
    if (!connected(m, own, m->link_targets[i]))
      return false;
  for (unsigned i = 0; i < m->source_count; ++i)
    if (!connected(m, m->sources[i].place, own))
      return false;
  return true;
}

int ddnn_model_check(const ddnn_model *m) {
  if (!m)
    return DDNN_ERR_INVALID;
  if (m->abi_version != DDNN_ABI_VERSION)
    return DDNN_ERR_ABI;
  if (m->tier >= m->tier_count || m->input_count == 0 ||
      m->input_count > DDNN_MAX_TENSORS || m->output_count == 0 ||
      m->output_count > DDNN_MAX_TENSORS || m->link_count > m->output_count ||
      m->exit_count > DDNN_MAX_EXITS || m->local_exit_count > DDNN_MAX_EXITS ||
      m->step_count == 0 || !m->inputs || !m->outputs || !m->steps ||
      m->pool_count > DDNN_MAX_POOLS || (m->pool_count && !m->pools) ||
      (m->exit_count && !m->exits) || (m->local_exit_count && !m->local_exits))
    return DDNN_ERR_INVALID;
  if (!group_ok(m))
    return DDNN_ERR_INVALID;
  /* Tier 0 is fed by the application: its inputs travel nowhere. Nor does
   * who is present. */
  for (unsigned i = 0; i < m->input_count; ++i)
    if (!tensor_ok(&m->inputs[i],
                   m->tier != 0 && !(m->member_counts &&
                                     m->input_sources[i] == DDNN_FROM_RUNTIME)))
      return DDNN_ERR_INVALID;
  for (unsigned i = 0; i < m->output_count; ++i)
    if (!tensor_ok(&m->outputs[i], i + m->link_count >= m->output_count))
      return DDNN_ERR_INVALID;
  for (unsigned i = 0; i < m->step_count; ++i)
    if (!m->steps[i])
      return DDNN_ERR_INVALID;
  if (!m->member_counts && m->tier + 1 < m->tier_count && m->link_count == 0)
    return DDNN_ERR_INVALID; /* nothing for the next tier to go on with */
  return exits_ok(m) ? DDNN_OK : DDNN_ERR_INVALID;
}

static size_t round_up(size_t n) {
  return (n + DDNN_ALIGN - 1) & ~(size_t)(DDNN_ALIGN - 1);
}

/* Walks over all parts. With base NULL it only measures; 0 on overflow. */
static size_t lay_out(ddnn_workspace *w, const ddnn_model *m,
                      void *const *arenas, uint8_t *base) {
  size_t total = 0;
  for (unsigned i = 0; i < m->pool_count; ++i) {
    bool placed = arenas && arenas[i];
    size_t bytes = placed ? 0 : m->pools[i].size;
    size_t padded = round_up(bytes);
    if (padded < bytes || total + padded < total)
      return 0;
    if (base)
      w->arenas[i] = placed ? arenas[i] : base + total;
    total += padded;
  }
  for (unsigned i = 0; i < (unsigned)m->input_count + m->output_count; ++i) {
    bool input = i < m->input_count;
    const ddnn_tensor *t =
        input ? &m->inputs[i] : &m->outputs[i - m->input_count];
    size_t bytes = ddnn_memory_bytes(t->dtype, t->count);
    size_t padded = round_up(bytes);
    if (padded < bytes || total + padded < total)
      return 0;
    if (base)
      *(input ? &w->inputs[i] : &w->outputs[i - m->input_count]) = base + total;
    total += padded;
  }
  return total;
}

size_t ddnn_workspace_size_placed(const ddnn_model *model,
                                  void *const *arenas) {
  if (ddnn_model_check(model) != DDNN_OK)
    return 0;
  size_t total = lay_out(NULL, model, arenas, NULL);
  return total == 0 || total + DDNN_ALIGN < total ? 0 : total + DDNN_ALIGN - 1;
}

size_t ddnn_workspace_size(const ddnn_model *model) {
  return ddnn_workspace_size_placed(model, NULL);
}

int ddnn_workspace_init_placed(ddnn_workspace *workspace,
                               const ddnn_model *model, void *const *arenas,
                               void *memory, size_t size) {
  int status = ddnn_model_check(model);
  if (status != DDNN_OK)
    return status;
  size_t need = ddnn_workspace_size_placed(model, arenas);
  if (need == 0 || size < need || !memory)
    return DDNN_ERR_NO_MEMORY;
  for (unsigned i = 0; arenas && i < model->pool_count; ++i)
    if ((uintptr_t)arenas[i] % DDNN_ALIGN != 0)
      return DDNN_ERR_INVALID;
  size_t skew = (size_t)(0 - (uintptr_t)memory) & (DDNN_ALIGN - 1);
  ddnn_clear(workspace, sizeof *workspace);
  workspace->model = model;
  lay_out(workspace, model, arenas, (uint8_t *)memory + skew);
  return DDNN_OK;
}

int ddnn_workspace_init(ddnn_workspace *workspace, const ddnn_model *model,
                        void *memory, size_t size) {
  return ddnn_workspace_init_placed(workspace, model, NULL, memory, size);
}

int ddnn_workspace_run(ddnn_workspace *workspace, const void *const *inputs,
                       const float *thresholds, ddnn_exit_fn on_exit,
                       void *user, ddnn_exit_event *taken) {
  const ddnn_model *m = workspace->model;
  if (!m || !inputs || !taken)
    return DDNN_ERR_INVALID;
  ddnn_clear(taken, sizeof *taken);
  taken->exit = DDNN_NO_EXIT;
  unsigned next = 0;
  for (unsigned step = 0; step < m->step_count; ++step) {
    m->steps[step](m->weights, workspace->arenas, inputs, workspace->outputs);
    for (; next < m->local_exit_count && m->local_exits[next].step == step;
         ++next) {
      const ddnn_local_exit *local = &m->local_exits[next];
      const ddnn_exit *exit = &m->exits[local->exit];
      ddnn_exit_event event;
      event.exit = local->exit;
      event.scores = workspace->outputs[local->output];
      event.classes = exit->classes;
      int status =
          ddnn_gate(event.scores, exit->classes, exit->scores, exit->criterion,
                    thresholds ? thresholds[local->exit] : exit->threshold,
                    exit->is_final, &event.gate);
      if (status != DDNN_OK)
        return status;
      bool go_on = !on_exit || on_exit(user, &event);
      if (event.gate.leaves) {
        *taken = event;
        return DDNN_OK;
      }
      if (!go_on)
        return DDNN_ERR_CANCELLED;
    }
  }
  return DDNN_OK;
}
