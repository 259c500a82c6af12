// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Workers and sessions over the loopback transport, with real threads.
#include "ddnn/worker.h"
#include "ddnn/frame.h"
#include "ddnn/host.h"
#include "ddnn/loopback.h"
#include "toy_model.h"

#include <gtest/gtest.h>
#include <set>
#include <string>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace {
using namespace std::chrono_literals;

bool eventually(const std::function<bool()> &Holds, int Ms = 5000) {
  for (int I = 0; I < Ms; ++I) {
    if (Holds())
      return true;
    std::this_thread::sleep_for(1ms);
  }
  return Holds();
}

class Worker : public testing::Test {
protected:
  ddnn_loopback *Hub = nullptr;
  struct Node {
    ddnn_link *Link = nullptr;
    ddnn_worker *W = nullptr;
  };
  std::vector<Node> Nodes;
  ddnn_link *DeviceLink = nullptr;
  ddnn_session *Session = nullptr;

  void SetUp() override { ASSERT_EQ(ddnn_loopback_create(&Hub), DDNN_OK); }
  void TearDown() override {
    ddnn_host_session_close(Session);
    for (Node &N : Nodes) {
      ddnn_worker_stop(N.W);
      ddnn_loopback_link_destroy(N.Link, false);
    }
    ddnn_loopback_link_destroy(DeviceLink, false);
    ddnn_loopback_destroy(Hub);
  }

  ddnn_worker_config config(const char *Name, const ddnn_model *const *Models,
                            size_t N) {
    ddnn_worker_config C = {};
    C.models = Models;
    C.model_count = N;
    C.node = Name;
    C.boot = ddnn_host_boot();
    C.threads = 1;
    C.heartbeat_ms = 100;
    return C;
  }
  ddnn_worker *start(ddnn_worker_config C) {
    Node N;
    EXPECT_EQ(ddnn_loopback_link(Hub, C.node, &N.Link), DDNN_OK);
    C.link = N.Link;
    EXPECT_EQ(ddnn_worker_start(&N.W, &C), DDNN_OK);
    Nodes.push_back(N);
    return N.W;
  }
  ddnn_worker *startEdge(const char *Name = "edge-1") {
    static const ddnn_model *Models[] = {&toy_edge};
    return start(config(Name, Models, 1));
  }
  ddnn_worker *startCloud(const char *Name = "cloud-1") {
    static const ddnn_model *Models[] = {&toy_cloud};
    return start(config(Name, Models, 1));
  }
  void open(ddnn_session_config C = {}) {
    ASSERT_EQ(ddnn_loopback_link(Hub, "cam", &DeviceLink), DDNN_OK);
    C.model = &toy_device;
    C.node = "cam";
    C.link = DeviceLink;
    if (!C.deadline_ms)
      C.deadline_ms = 2000;
    ASSERT_EQ(ddnn_host_session_open(&Session, &C), DDNN_OK);
    ASSERT_EQ(ddnn_session_wait_peer(Session, 5000), DDNN_OK);
  }
  int infer(ddnn_result &R, float Sure, int Label, float EdgeSure = 20,
            float Ms = 0, uint32_t DeadlineMs = 0) {
    float X[4] = {Sure, float(Label), EdgeSure, Ms};
    const void *Inputs[] = {X};
    ddnn_request Q = {};
    Q.inputs = Inputs;
    Q.deadline_ms = DeadlineMs;
    R = {};
    R.scores = Scores;
    R.scores_capacity = 3;
    return ddnn_session_infer(Session, &Q, &R);
  }
  int submit(int Label, float EdgeSure, float Ms, uint32_t DeadlineMs = 0) {
    float X[4] = {0, float(Label), EdgeSure, Ms};
    const void *Inputs[] = {X};
    ddnn_request Q = {};
    Q.inputs = Inputs;
    Q.deadline_ms = DeadlineMs;
    return ddnn_session_submit(Session, &Q, nullptr);
  }
  ddnn_worker_stats stats(ddnn_worker *W) {
    ddnn_worker_stats S;
    ddnn_worker_get_stats(W, &S);
    return S;
  }
  bool idle(ddnn_worker *W) {
    auto S = stats(W);
    return S.queued == 0 && S.running == 0;
  }
  float Scores[3];
};

TEST_F(Worker, ThreeTiers) {
  auto *Edge = startEdge();
  auto *Cloud = startCloud();
  open();
  ASSERT_TRUE(eventually([&] {
    ddnn_result R;
    return infer(R, 0, 0, 0) == DDNN_OK && R.exit == 2;
  }));
  // An answer arrives before the worker that sent it has counted it.
  ASSERT_TRUE(eventually([&] { return idle(Edge) && idle(Cloud); }));
  auto EdgeBefore = stats(Edge), CloudBefore = stats(Cloud);
  for (int I = 0; I < 300; ++I) {
    ddnn_result R;
    int Exit = I % 3; // 0: device, 1: edge, 2: cloud
    ASSERT_EQ(infer(R, Exit == 0 ? 20 : 0, I / 3 % 3, Exit == 1 ? 20 : 0),
              DDNN_OK);
    EXPECT_EQ(R.exit, Exit);
    EXPECT_EQ(R.tier, Exit);
    EXPECT_EQ(R.label, unsigned(I / 3 + Exit) % 3);
    EXPECT_FALSE(R.fallback);
    EXPECT_EQ(R.attempts, Exit ? 1 : 0);
    EXPECT_EQ(Scores[R.label], Exit == 2 ? 30 : 20);
    EXPECT_EQ(R.t_total_us, R.t_device_us + R.t_link_us + R.t_server_us);
  }
  ASSERT_TRUE(eventually([&] { return idle(Edge) && idle(Cloud); }));
  EXPECT_EQ(stats(Cloud).answered - CloudBefore.answered, 100u);
  EXPECT_EQ(stats(Edge).forwarded - EdgeBefore.forwarded, 100u);
  EXPECT_EQ(stats(Edge).answered - EdgeBefore.answered, 100u);
}

TEST_F(Worker, TimesAreCarriedBack) {
  startEdge();
  startCloud();
  open();
  ddnn_result R;
  ASSERT_TRUE(
      eventually([&] { return infer(R, 0, 0, 0) == DDNN_OK && R.exit == 2; }));
  ASSERT_EQ(infer(R, 0, 0, 0, /*Ms=*/20), DDNN_OK);
  EXPECT_GE(R.t_tier_us[1], 20000u);
  EXPECT_GE(R.t_tier_us[2], 20000u);
  EXPECT_EQ(R.t_server_us, R.t_tier_us[1] + R.t_tier_us[2]);
  EXPECT_LT(R.t_link_us, R.t_server_us);
}

TEST_F(Worker, SeveralModelsInOneWorker) {
  static const ddnn_model *Models[] = {&toy_edge, &toy_cloud, &toy_other_cloud};
  auto *W = start(config("all-in-one", Models, 3));
  open();
  ddnn_result R;
  ASSERT_EQ(infer(R, 0, 1, 20), DDNN_OK);
  EXPECT_EQ(R.exit, 1);
  // Its own announcement makes it the next tier's worker, too.
  ASSERT_EQ(infer(R, 0, 1, 0), DDNN_OK);
  EXPECT_EQ(R.exit, 2);
  EXPECT_FALSE(R.fallback);
  ASSERT_TRUE(eventually([&] { return stats(W).received == 3; }));
}

TEST_F(Worker, EdgeFallsBackWithoutCloud) {
  startEdge();
  open();
  ddnn_result R;
  ASSERT_EQ(infer(R, 0, 1, 0), DDNN_OK);
  EXPECT_TRUE(R.fallback);
  EXPECT_EQ(R.exit, 1);
  EXPECT_EQ(R.label, 2u);
  EXPECT_EQ(R.cause, DDNN_ERR_NO_PEER);
}

TEST_F(Worker, QueueFullIsBusy) {
  static const ddnn_model *Models[] = {&toy_edge};
  auto C = config("edge-1", Models, 1);
  C.queue_capacity = 2;
  auto *W = start(C);
  ddnn_session_config S = {};
  S.max_requests = 16;
  S.max_attempts = 1;
  open(S);
  for (int I = 0; I < 10; ++I)
    ASSERT_EQ(submit(I % 3, 20, 50), DDNN_OK);
  int Answered = 0, Busy = 0;
  for (int I = 0; I < 10; ++I) {
    ddnn_result R = {};
    ASSERT_EQ(ddnn_session_poll(Session, &R, 5000), DDNN_OK);
    Answered += !R.fallback;
    Busy += R.cause == DDNN_ERR_BUSY;
  }
  EXPECT_EQ(Answered + Busy, 10);
  EXPECT_GE(Busy, 1);
  EXPECT_GE(Answered, 2);
  EXPECT_EQ(stats(W).rejected, unsigned(Busy));
}

TEST_F(Worker, DeadlineIsCheckedBeforeComputing) {
  auto *W = startEdge();
  ddnn_session_config S = {};
  S.max_attempts = 1;
  open(S);
  ASSERT_EQ(submit(0, 20, 150, 1000), DDNN_OK); // occupies the one thread
  std::this_thread::sleep_for(20ms);
  ASSERT_EQ(submit(1, 20, 0, 50), DDNN_OK);
  auto Start = std::chrono::steady_clock::now();
  ddnn_result R = {};
  ASSERT_EQ(ddnn_session_poll(Session, &R, 5000), DDNN_OK);
  auto Took = std::chrono::steady_clock::now() - Start;
  EXPECT_TRUE(R.fallback);
  EXPECT_EQ(R.cause, DDNN_ERR_DEADLINE);
  EXPECT_LE(Took, 140ms); // long before the thread is free
  ASSERT_EQ(ddnn_session_poll(Session, &R, 5000), DDNN_OK);
  EXPECT_FALSE(R.fallback);
  EXPECT_TRUE(eventually([&] { return stats(W).expired == 1; }));
}

TEST_F(Worker, DrainFinishesWhatIsQueued) {
  auto *W = startEdge();
  ddnn_session_config S = {};
  S.max_attempts = 1;
  open(S);
  for (int I = 0; I < 4; ++I)
    ASSERT_EQ(submit(I % 3, 20, 30), DDNN_OK);
  ASSERT_TRUE(eventually([&] { return stats(W).received == 4; }));
  std::thread Drain([&] { EXPECT_EQ(ddnn_worker_drain(W, 5000), DDNN_OK); });
  for (int I = 0; I < 4; ++I) {
    ddnn_result R = {};
    ASSERT_EQ(ddnn_session_poll(Session, &R, 5000), DDNN_OK);
    EXPECT_FALSE(R.fallback);
  }
  Drain.join();
  ddnn_result R;
  ASSERT_EQ(infer(R, 0, 1), DDNN_OK); // and takes no more
  EXPECT_TRUE(R.fallback);
  EXPECT_EQ(R.cause, DDNN_ERR_NO_PEER);
  EXPECT_EQ(stats(W).received, 4u);
}

TEST_F(Worker, DrainTimesOut) {
  auto *W = startEdge();
  open();
  ASSERT_EQ(submit(0, 20, 300), DDNN_OK);
  ASSERT_TRUE(eventually([&] { return stats(W).running == 1; }));
  EXPECT_EQ(ddnn_worker_drain(W, 20), DDNN_ERR_DEADLINE);
}

TEST_F(Worker, ThresholdsOfItsTier) {
  auto *Edge = startEdge();
  startCloud();
  open();
  ddnn_result R;
  ASSERT_TRUE(
      eventually([&] { return infer(R, 0, 0, 0) == DDNN_OK && R.exit == 2; }));
  ddnn_thresholds T = {};
  T.model = TOY_HASH;
  T.version = 1;
  T.count = 2;
  T.entries[0] = {0, 0};
  T.entries[1] = {1, 1};
  uint8_t B[DDNN_THRESHOLDS_MAX];
  ddnn_message M = {};
  M.channel = DDNN_CHANNEL_CONFIG;
  M.model = TOY_HASH;
  M.node = DDNN_NODE_ALL;
  M.data = B;
  ASSERT_EQ(ddnn_thresholds_encode(&T, B, sizeof B, &M.size), DDNN_OK);
  ASSERT_EQ(DeviceLink->send(DeviceLink->context, &M), DDNN_OK);
  ASSERT_EQ(infer(R, 20, 0, 0), DDNN_OK); // no longer at the device, but here
  EXPECT_EQ(R.exit, 1);
  EXPECT_FALSE(R.fallback);
  ddnn_threshold_table Table;
  ASSERT_EQ(ddnn_worker_thresholds(Edge, 0, &Table), DDNN_OK);
  EXPECT_EQ(Table.values[1], 1);
  EXPECT_EQ(ddnn_worker_thresholds(Edge, 1, &Table), DDNN_ERR_NOT_FOUND);
  // Retained: whoever comes later obeys, too.
  auto *Late = startEdge("edge-2");
  ASSERT_EQ(ddnn_worker_thresholds(Late, 0, &Table), DDNN_OK);
  EXPECT_EQ(Table.version, 1u);
}

TEST_F(Worker, ProvisionalFromTheEdge) {
  startEdge();
  startCloud();
  std::vector<int> Exits;
  ddnn_session_config S = {};
  S.provisional_user = &Exits;
  S.provisional = [](void *User, const ddnn_result *R) {
    static_cast<std::vector<int> *>(User)->push_back(R->exit);
  };
  open(S);
  ddnn_result R;
  ASSERT_TRUE(eventually([&] {
    Exits.clear();
    return infer(R, 0, 0, 0) == DDNN_OK && R.exit == 2;
  }));
  EXPECT_EQ(Exits, (std::vector<int>{0, 1}));
}

// What a stranger sends, and what he is told.
TEST_F(Worker, TypedRefusals) {
  static const ddnn_model *Models[] = {&toy_edge};
  auto *W = start(config("edge-1", Models, 1));
  struct Heard {
    std::mutex Lock;
    std::vector<int> Statuses;
  } H;
  ddnn_link *Link;
  ASSERT_EQ(ddnn_loopback_link(Hub, "stranger", &Link), DDNN_OK);
  ddnn_listener L = {};
  L.user = &H;
  L.hears = DDNN_HEAR_REPLIES;
  L.message = [](void *User, const ddnn_message *M) {
    auto *H = static_cast<Heard *>(User);
    ddnn_frame F;
    ASSERT_EQ(ddnn_frame_decode(&F, M->data, M->size), DDNN_OK);
    EXPECT_EQ(F.request, 5u);
    EXPECT_EQ(F.boot, 6u);
    EXPECT_TRUE(F.flags & DDNN_FLAG_FINAL);
    std::lock_guard<std::mutex> Guard(H->Lock);
    H->Statuses.push_back(F.status);
  };
  ASSERT_EQ(Link->listen(Link->context, &L), DDNN_OK);
  static const float X[4] = {};
  static const uint8_t Bits[8] = {};
  ddnn_frame Good;
  ddnn_frame_init(&Good, DDNN_FRAME_REQUEST);
  Good.stage = 1;
  Good.model = TOY_HASH;
  Good.request = 5;
  Good.boot = 6;
  std::strcpy(Good.source, "stranger");
  Good.tensor_count = 2;
  for (int I = 0; I < 2; ++I)
    ddnn_frame_tensor_init(&Good.tensors[I], &toy_edge.inputs[I]);
  Good.tensors[0].data = reinterpret_cast<const uint8_t *>(X);
  Good.tensors[1].data = Bits;
  auto Send = [&](ddnn_frame F, bool Damage = false) -> int {
    size_t Before;
    {
      std::lock_guard<std::mutex> Guard(H.Lock);
      Before = H.Statuses.size();
    }
    uint8_t B[4096];
    ddnn_message M = {};
    M.channel = DDNN_CHANNEL_REQUEST;
    M.node = "edge-1";
    M.data = B;
    EXPECT_EQ(ddnn_frame_encode(&F, B, sizeof B, &M.size), DDNN_OK);
    if (Damage)
      B[M.size - 1] ^= 1;
    EXPECT_EQ(Link->send(Link->context, &M), DDNN_OK);
    bool Answered = eventually(
        [&] {
          std::lock_guard<std::mutex> Guard(H.Lock);
          return H.Statuses.size() > Before;
        },
        Damage ? 50 : 5000);
    std::lock_guard<std::mutex> Guard(H.Lock);
    return Answered ? H.Statuses.back() : 1;
  };
  // No cloud: the edge's exit answers as a fallback.
  EXPECT_EQ(Send(Good), DDNN_ERR_NO_PEER);
  ddnn_frame F = Good;
  F.model = 1;
  EXPECT_EQ(Send(F), DDNN_ERR_MODEL);
  F = Good;
  F.stage = 2;
  EXPECT_EQ(Send(F), DDNN_ERR_STAGE);
  F = Good;
  F.tensor_count = 1;
  EXPECT_EQ(Send(F), DDNN_ERR_TENSOR);
  F = Good;
  F.remaining_ms = 0;
  EXPECT_EQ(Send(F), DDNN_ERR_DEADLINE);
  F = Good;
  uint8_t Unused[3] = {0, 0, 0xf0};
  F.tensors[1].data = Unused;
  EXPECT_EQ(Send(F), DDNN_ERR_FORMAT);
  F = Good; // larger than anything served here
  static const uint8_t Large[4000] = {};
  F.tensor_count = 1;
  F.tensors[0] = {};
  F.tensors[0].dtype = DDNN_U8;
  F.tensors[0].encoding = DDNN_WIRE_U8;
  F.tensors[0].rank = 1;
  F.tensors[0].scale = 1;
  F.tensors[0].dims[0] = F.tensors[0].bytes = sizeof Large - 200;
  F.tensors[0].data = Large;
  EXPECT_EQ(Send(F), DDNN_ERR_TENSOR);
  EXPECT_EQ(Send(Good, /*Damage=*/true), 1); // nobody is told
  EXPECT_GE(stats(W).malformed, 5u);
  Link->stop(Link->context);
  ddnn_loopback_link_destroy(Link, false);
}

TEST_F(Worker, SharedTopicDealsOut) {
  static const ddnn_model *Models[] = {&toy_edge};
  auto A = config("a", Models, 1), B = config("b", Models, 1);
  A.shared = B.shared = true;
  auto *WA = start(A), *WB = start(B);
  ddnn_session_config S = {};
  S.route = DDNN_ROUTE_SHARED;
  open(S);
  for (int I = 0; I < 20; ++I) {
    ddnn_result R;
    ASSERT_EQ(infer(R, 0, I % 3), DDNN_OK);
    EXPECT_FALSE(R.fallback);
  }
  EXPECT_EQ(stats(WA).received, 10u);
  EXPECT_EQ(stats(WB).received, 10u);
}

TEST_F(Worker, SilenceOfAHangingWorker) {
  startEdge();
  ddnn_session_config S = {};
  S.max_attempts = 1;
  open(S);
  // One thread, busy for longer than three heartbeats of 100 ms.
  ASSERT_EQ(submit(0, 20, 900, 100), DDNN_OK);
  ddnn_result R = {};
  ASSERT_EQ(ddnn_session_poll(Session, &R, 5000), DDNN_OK);
  EXPECT_EQ(R.cause, DDNN_ERR_DEADLINE);
  std::this_thread::sleep_for(350ms);
  EXPECT_EQ(ddnn_session_wait_peer(Session, 0), DDNN_ERR_DEADLINE);
  EXPECT_EQ(ddnn_session_wait_peer(Session, 5000), DDNN_OK); // and it is back
}

TEST_F(Worker, ManyThreadsOneSession) {
  static const ddnn_model *Edges[] = {&toy_edge};
  auto C = config("edge-1", Edges, 1);
  C.threads = 3;
  C.spin_us = 20;
  start(C);
  startCloud();
  ddnn_session_config S = {};
  S.max_requests = 8;
  S.deadline_ms = 5000;
  open(S);
  std::atomic<int> Wrong{0}, Fallbacks{0};
  std::vector<std::thread> Threads;
  for (int T = 0; T < 6; ++T)
    Threads.emplace_back([&, T] {
      for (int I = 0; I < 200; ++I) {
        float X[4] = {I % 3 ? 0.f : 20.f, float((T + I) % 3),
                      I % 2 ? 0.f : 20.f, 0};
        const void *Inputs[] = {X};
        ddnn_request Q = {};
        Q.inputs = Inputs;
        ddnn_result R = {};
        if (ddnn_session_infer(Session, &Q, &R) != DDNN_OK ||
            R.label != unsigned((T + I + R.exit) % 3))
          ++Wrong;
        Fallbacks += R.fallback;
      }
    });
  for (auto &T : Threads)
    T.join();
  EXPECT_EQ(Wrong, 0);
  ddnn_session_stats St;
  ddnn_session_get_stats(Session, &St);
  EXPECT_EQ(St.submitted, 1200u);
  EXPECT_EQ(St.answered + St.fallbacks + St.errors, 1200u);
  EXPECT_EQ(St.errors, 0u);
}

TEST_F(Worker, CrashIsNoticed) {
  startEdge("edge-1");
  startEdge("edge-2");
  ddnn_session_config S = {};
  S.max_requests = 16;
  open(S);
  // Workers announce themselves in their own time; a session that knows only
  // the one that dies would rightly fall back.
  std::set<std::string> Known;
  ASSERT_TRUE(eventually([&] {
    ddnn_result R = {};
    if (infer(R, 0, 0) == DDNN_OK && R.worker[0])
      Known.insert(R.worker);
    return Known.size() == 2;
  }));
  for (int I = 0; I < 8; ++I)
    ASSERT_EQ(submit(I % 3, 20, 20), DDNN_OK);
  // edge-1 vanishes without a word of its own; the hub publishes its will.
  ddnn_loopback_cut(Nodes[0].Link);
  for (int I = 0; I < 8; ++I) {
    ddnn_result R = {};
    ASSERT_EQ(ddnn_session_poll(Session, &R, 5000), DDNN_OK);
    EXPECT_FALSE(R.fallback);
  }
}

TEST_F(Worker, RejectsNonsense) {
  ddnn_worker *W;
  ddnn_worker_config C = {};
  EXPECT_EQ(ddnn_worker_start(&W, &C), DDNN_ERR_INVALID);
  ddnn_model Old = toy_edge;
  Old.abi_version = 9;
  const ddnn_model *Models[] = {&Old};
  ddnn_link *Link;
  ASSERT_EQ(ddnn_loopback_link(Hub, "x", &Link), DDNN_OK);
  C = config("x", Models, 1);
  C.link = Link;
  EXPECT_EQ(ddnn_worker_start(&W, &C), DDNN_ERR_ABI);
  ddnn_loopback_link_destroy(Link, false);
  EXPECT_EQ(ddnn_loopback_link(Hub, "a/b", &Link), DDNN_ERR_INVALID);
}
} // namespace
