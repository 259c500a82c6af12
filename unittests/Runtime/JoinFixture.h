// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A deployment of a group written by hand, and a test that is the aggregator
// and the members of a worker that joins parts.
#ifndef DDNN_TEST_JOIN_FIXTURE_H
#define DDNN_TEST_JOIN_FIXTURE_H

#include "ddnn/frame.h"
#include "ddnn/host.h"
#include "ddnn/loopback.h"
#include "ddnn/run.h"
#include "ddnn/wire.h"
#include "ddnn/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

namespace ddnn_test {
using namespace std::chrono_literals;

inline bool eventually(const std::function<bool()> &Holds, int Ms = 5000) {
  for (int I = 0; I < Ms; ++I) {
    if (Holds())
      return true;
    std::this_thread::sleep_for(1ms);
  }
  return Holds();
}

// device:3, local, edge:2, area, cloud. Devices 0 and 1 send to edge 0, device
// 2 to edge 1. A join answers with the sum of its inputs, and with who came.
constexpr uint64_t Hash = 0xfeedfacecafebeefull;
const char *const Tiers[] = {"device", "local", "edge", "area", "cloud"};
const uint8_t Counts[] = {3, 1, 2, 1, 1};
const ddnn_connection Connections[] = {
    {{0, 0}, {1, 0}}, {{0, 1}, {1, 0}}, {{0, 2}, {1, 0}}, {{0, 0}, {2, 0}},
    {{0, 1}, {2, 0}}, {{0, 2}, {2, 1}}, {{2, 0}, {3, 0}}, {{2, 1}, {3, 0}},
    {{2, 0}, {4, 0}}, {{2, 1}, {4, 0}}};
const ddnn_exit Exits[] = {{"local", 1, DDNN_LOGITS, DDNN_ENTROPY, 0, 3, 0.5f},
                           {"area", 3, DDNN_LOGITS, DDNN_ENTROPY, 0, 3, 0.5f},
                           {"cloud", 4, DDNN_LOGITS, DDNN_ENTROPY, 1, 3, 1}};

inline ddnn_tensor tensor(const char *Name, uint8_t Encoding, uint32_t Count) {
  ddnn_tensor T = {};
  T.name = Name;
  T.dtype = Encoding == DDNN_WIRE_BITS ? DDNN_BITS
            : Encoding == DDNN_WIRE_U8 ? DDNN_U8
                                       : DDNN_F32;
  T.encoding = Encoding;
  T.rank = 2;
  T.scale = 1;
  T.dims[0] = 1;
  T.dims[1] = T.count = Count;
  T.wire_bytes = Encoding == DDNN_WIRE_F16    ? 2 * Count
                 : Encoding == DDNN_WIRE_F32  ? 4 * Count
                 : Encoding == DDNN_WIRE_BITS ? (Count + 7) / 8
                                              : Count;
  return T;
}

const ddnn_tensor Edge0In[] = {
    tensor("f0", DDNN_WIRE_F32, 2), tensor("b0", DDNN_WIRE_BITS, 5),
    tensor("f1", DDNN_WIRE_F32, 2), tensor("present", DDNN_WIRE_U8, 2)};
const ddnn_tensor Edge1In[] = {tensor("f2", DDNN_WIRE_F32, 2)};
const ddnn_tensor EdgeOut[] = {tensor("scores", DDNN_WIRE_F32, 3),
                               tensor("feature", DDNN_WIRE_F16, 2)};
const ddnn_tensor CloudIn[] = {tensor("e0", DDNN_WIRE_F16, 2),
                               tensor("e1", DDNN_WIRE_F16, 2),
                               tensor("present", DDNN_WIRE_U8, 2)};
const ddnn_tensor CloudOut[] = {tensor("scores", DDNN_WIRE_F32, 3)};
const uint8_t Edge0From[] = {0, 0, 1, DDNN_FROM_RUNTIME};
const uint8_t Edge1From[] = {0};
const uint8_t CloudFrom[] = {0, 1, DDNN_FROM_RUNTIME};
const ddnn_source Edge0Sources[] = {{{0, 0}, DDNN_MISSING_SKIP},
                                    {{0, 1}, DDNN_MISSING_SKIP}};
const ddnn_source Edge1Sources[] = {{{0, 2}, DDNN_MISSING_SKIP}};
const ddnn_source CloudSources[] = {{{2, 0}, DDNN_MISSING_ZERO},
                                    {{2, 1}, DDNN_MISSING_ZERO}};
const ddnn_source StrictSources[] = {{{2, 0}, DDNN_MISSING_FAIL},
                                     {{2, 1}, DDNN_MISSING_ZERO}};
const ddnn_place EdgeTargets[] = {{3, 0}, {4, 0}};
const ddnn_local_exit CloudExits[] = {{2, 0, 0}};

inline std::atomic<int> DelayMs;

inline void edge0(const void *, void *const *, const void *const *In,
                  void *const *Out) {
  auto *A = static_cast<const float *>(In[0]),
       *B = static_cast<const float *>(In[2]);
  auto *Bits = static_cast<const uint8_t *>(In[1]),
       *Present = static_cast<const uint8_t *>(In[3]);
  auto *Scores = static_cast<float *>(Out[0]),
       *Feature = static_cast<float *>(Out[1]);
  std::this_thread::sleep_for(std::chrono::milliseconds(DelayMs));
  Scores[0] = A[0] + B[0];
  Scores[1] = float(Bits[0]);
  Scores[2] = float(Present[0] + 2 * Present[1]);
  Feature[0] = A[0] + B[0];
  Feature[1] = A[1] + B[1];
}
inline void edge1(const void *, void *const *, const void *const *In,
                  void *const *Out) {
  auto *A = static_cast<const float *>(In[0]);
  std::memcpy(Out[1], A, 8);
  const float Scores[] = {A[0], A[1], 0};
  std::memcpy(Out[0], Scores, sizeof Scores);
}
inline void cloud(const void *, void *const *, const void *const *In,
                  void *const *Out) {
  auto *A = static_cast<const float *>(In[0]),
       *B = static_cast<const float *>(In[1]);
  auto *Present = static_cast<const uint8_t *>(In[2]);
  const float Scores[] = {A[0] + B[0], A[1] + B[1],
                          100.0f + float(Present[0] + 2 * Present[1])};
  std::memcpy(Out[0], Scores, sizeof Scores);
}
const ddnn_step_fn Edge0Steps[] = {edge0}, Edge1Steps[] = {edge1},
                   CloudSteps[] = {cloud};

inline ddnn_model common(uint8_t Tier, uint8_t Member) {
  ddnn_model M = {};
  M.abi_version = DDNN_ABI_VERSION;
  M.tier = Tier;
  M.tier_count = 5;
  M.hash = Hash;
  M.name = "group";
  M.tier_names = Tiers;
  M.exit_count = 3;
  M.exits = Exits;
  M.step_count = 1;
  M.member = Member;
  M.member_counts = Counts;
  M.connections = Connections;
  M.connection_count = std::size(Connections);
  return M;
}
inline ddnn_model edgeModel(unsigned Member) {
  ddnn_model M = common(2, uint8_t(Member));
  M.inputs = Member ? Edge1In : Edge0In;
  M.input_count = Member ? std::size(Edge1In) : std::size(Edge0In);
  M.input_sources = Member ? Edge1From : Edge0From;
  M.sources = Member ? Edge1Sources : Edge0Sources;
  M.source_count = Member ? 1 : 2;
  M.outputs = EdgeOut;
  M.output_count = M.link_count = 2;
  M.link_targets = EdgeTargets;
  M.steps = Member ? Edge1Steps : Edge0Steps;
  return M;
}
inline ddnn_model cloudModel(bool Strict = false) {
  ddnn_model M = common(4, 0);
  M.inputs = CloudIn;
  M.input_count = 3;
  M.input_sources = CloudFrom;
  M.sources = Strict ? StrictSources : CloudSources;
  M.source_count = 2;
  M.outputs = CloudOut;
  M.output_count = 1;
  M.local_exits = CloudExits;
  M.local_exit_count = 1;
  M.steps = CloudSteps;
  return M;
}

const ddnn_model Edge0 = edgeModel(0), Edge1 = edgeModel(1),
                 Cloud = cloudModel(), Strict = cloudModel(true);

// What came to the test's node.
struct Heard {
  uint8_t Channel = 0;
  std::vector<uint8_t> Bytes;
  ddnn_frame Frame = {};
};

inline std::vector<float> floats(const Heard &H, unsigned Tensor = 0) {
  const ddnn_frame_tensor &T = H.Frame.tensors[Tensor];
  std::vector<float> V(T.bytes / 4);
  std::memcpy(V.data(), T.data, T.bytes);
  return V;
}

class Join : public testing::Test {
protected:
  ddnn_loopback *Hub = nullptr;
  ddnn_link *Link = nullptr, *WorkerLink = nullptr;
  ddnn_worker *W = nullptr;
  std::mutex Lock;
  std::condition_variable Changed;
  std::vector<Heard> Inbox;
  // Runs in the thread that sends, when its message is in the inbox.
  std::function<void()> OnMessage;

  void SetUp() override {
    DelayMs = 0;
    ASSERT_EQ(ddnn_loopback_create(&Hub), DDNN_OK);
    ASSERT_EQ(ddnn_loopback_link(Hub, "agg", &Link), DDNN_OK);
    ddnn_listener L = {};
    L.user = this;
    L.hears = DDNN_HEAR_REPLIES | DDNN_HEAR_AGGREGATE | DDNN_HEAR_REQUESTS;
    L.message = [](void *User, const ddnn_message *M) {
      auto *Self = static_cast<Join *>(User);
      Heard H;
      H.Channel = M->channel;
      auto *Data = static_cast<const uint8_t *>(M->data);
      H.Bytes.assign(Data, Data + M->size);
      {
        std::lock_guard<std::mutex> Guard(Self->Lock);
        Self->Inbox.push_back(std::move(H));
        Self->Changed.notify_all();
      }
      if (Self->OnMessage)
        Self->OnMessage();
    };
    ASSERT_EQ(Link->listen(Link->context, &L), DDNN_OK);
  }
  void TearDown() override {
    ddnn_worker_stop(W);
    Link->stop(Link->context);
    ddnn_loopback_link_destroy(WorkerLink, false);
    ddnn_loopback_link_destroy(Link, false);
    ddnn_loopback_destroy(Hub);
  }

  void start(std::vector<const ddnn_model *> Models,
             ddnn_worker_config C = {}) {
    for (const ddnn_model *M : Models)
      ASSERT_EQ(ddnn_model_check(M), DDNN_OK);
    ASSERT_EQ(ddnn_loopback_link(Hub, "worker", &WorkerLink), DDNN_OK);
    C.models = Models.data();
    C.model_count = Models.size();
    C.node = "worker";
    C.boot = 7;
    C.link = WorkerLink;
    if (!C.threads)
      C.threads = 2;
    ASSERT_EQ(ddnn_worker_start(&W, &C), DDNN_OK);
  }
  ddnn_worker_stats stats() {
    ddnn_worker_stats S;
    ddnn_worker_get_stats(W, &S);
    return S;
  }

  ddnn_frame frame(uint8_t Kind, uint8_t Stage, uint16_t Member,
                   uint64_t Request, uint8_t Attempt = 0) {
    ddnn_frame F;
    ddnn_frame_init(&F, Kind);
    F.stage = Stage;
    F.member = Member;
    F.model = Hash;
    F.request = Request;
    F.attempt = Attempt;
    F.boot = 99;
    F.group = 3;
    F.frame_number = 1000 + uint32_t(Request);
    F.remaining_ms = 2000;
    std::strcpy(F.source, "agg");
    return F;
  }
  void send(const ddnn_frame &F) {
    std::vector<uint8_t> B(4096);
    size_t Size = 0;
    ASSERT_EQ(ddnn_frame_encode(&F, B.data(), B.size(), &Size), DDNN_OK);
    B.resize(Size);
    sendBytes(B);
  }
  // Perhaps with a byte that is another.
  void encodeAndSend(const ddnn_frame &F, bool Damage, std::mt19937 &Random) {
    std::vector<uint8_t> B(4096);
    size_t Size = 0;
    if (ddnn_frame_encode(&F, B.data(), B.size(), &Size) != DDNN_OK)
      return;
    B.resize(Size);
    if (Damage) {
      B[Random() % Size] ^= uint8_t(1 + Random() % 255);
      if (Random() % 2)
        ddnn_frame_seal(B.data(), B.size()); // so that more gets through
    }
    sendBytes(B);
  }
  void sendBytes(const std::vector<uint8_t> &B) {
    ddnn_message M = {};
    M.channel = DDNN_CHANNEL_REQUEST;
    M.model = Hash;
    M.node = "worker";
    M.data = B.data();
    M.size = B.size();
    (void)Link->send(Link->context, &M);
  }
  void bytes(ddnn_frame &F, const void *Data, uint32_t Size) {
    F.tensor_count = 1;
    F.tensors[0].dtype = DDNN_U8;
    F.tensors[0].encoding = DDNN_WIRE_U8;
    F.tensors[0].rank = 1;
    F.tensors[0].scale = 1;
    F.tensors[0].dims[0] = F.tensors[0].bytes = Size;
    F.tensors[0].data = static_cast<const uint8_t *>(Data);
  }
  void expect(uint8_t Stage, uint16_t Member, uint64_t Request,
              std::vector<uint8_t> Present, uint32_t WaitMs,
              uint8_t Attempt = 0, uint32_t Remaining = 2000) {
    ddnn_frame F = frame(DDNN_FRAME_EXPECT, Stage, Member, Request, Attempt);
    F.label = WaitMs;
    F.remaining_ms = Remaining;
    bytes(F, Present.data(), uint32_t(Present.size()));
    send(F);
  }
  // Of device 0, 1, 2 for its edge.
  void devicePart(unsigned Device, uint64_t Request, float X, float Y,
                  uint8_t Attempt = 0, uint8_t Bits = 0x15) {
    ddnn_frame F =
        frame(DDNN_FRAME_PART, 2, uint16_t(Device), Request, Attempt);
    const float V[] = {X, Y};
    ddnn_frame_tensor_init(&F.tensors[0], Device == 2   ? &Edge1In[0]
                                          : Device == 1 ? &Edge0In[2]
                                                        : &Edge0In[0]);
    F.tensors[0].data = reinterpret_cast<const uint8_t *>(V);
    F.tensor_count = 1;
    if (Device == 0) {
      ddnn_frame_tensor_init(&F.tensors[1], &Edge0In[1]);
      F.tensors[1].data = &Bits;
      F.tensor_count = 2;
    }
    send(F);
  }
  // Of an edge for the cloud.
  void edgePart(unsigned Edge, uint64_t Request, float X, float Y,
                uint8_t Attempt = 0) {
    ddnn_frame F = frame(DDNN_FRAME_PART, 4, uint16_t(Edge), Request, Attempt);
    const float V[] = {X, Y};
    uint8_t B[4];
    ASSERT_EQ(ddnn_wire_encode(&CloudIn[Edge], V, B, sizeof B), DDNN_OK);
    ddnn_frame_tensor_init(&F.tensors[0], &CloudIn[Edge]);
    F.tensors[0].data = B;
    F.tensor_count = 1;
    send(F);
  }
  void fetch(uint16_t Member, uint64_t Request, const char *Node,
             uint8_t Attempt = 0) {
    ddnn_frame F = frame(DDNN_FRAME_FETCH, 4, Member, Request, Attempt);
    bytes(F, Node, uint32_t(std::strlen(Node)));
    send(F);
  }

  std::optional<Heard> hear(int Ms = 3000) {
    std::unique_lock<std::mutex> Guard(Lock);
    if (!Changed.wait_for(Guard, std::chrono::milliseconds(Ms),
                          [&] { return !Inbox.empty(); }))
      return std::nullopt;
    Heard H = std::move(Inbox.front());
    Inbox.erase(Inbox.begin());
    EXPECT_EQ(ddnn_frame_decode(&H.Frame, H.Bytes.data(), H.Bytes.size()),
              DDNN_OK);
    return H;
  }
  void silence(int Ms = 30) { EXPECT_FALSE(hear(Ms).has_value()); }
  // A refusal.
  void hearStatus(int Status) {
    auto H = hear();
    ASSERT_TRUE(H);
    EXPECT_EQ(H->Frame.kind, DDNN_FRAME_REPLY);
    EXPECT_EQ(H->Frame.status, Status) << ddnn_status_text(H->Frame.status);
    EXPECT_EQ(H->Frame.tensor_count, 0);
  }
  // The cloud's answer.
  void hearAnswer(std::vector<float> Scores, unsigned Missing) {
    auto H = hear();
    ASSERT_TRUE(H);
    EXPECT_EQ(H->Channel, DDNN_CHANNEL_REPLY);
    EXPECT_EQ(H->Frame.status, DDNN_OK) << ddnn_status_text(H->Frame.status);
    EXPECT_EQ(H->Frame.stage, 4);
    EXPECT_EQ(H->Frame.exit, 2);
    EXPECT_EQ(H->Frame.member, Missing);
    EXPECT_EQ(H->Frame.group, 3);
    EXPECT_EQ(H->Frame.frame_number, 1000 + H->Frame.request);
    ASSERT_EQ(H->Frame.tensor_count, 1);
    EXPECT_EQ(floats(*H), Scores);
  }
};

} // namespace ddnn_test

#endif
