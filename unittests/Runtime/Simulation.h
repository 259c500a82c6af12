// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A network and a clock that exist only in the test: messages take as long as
// the test says, get lost, doubled and overtaken, workers die and come back.
// Nothing here waits; hours pass in milliseconds.
#ifndef DDNN_TEST_SIMULATION_H
#define DDNN_TEST_SIMULATION_H

#include "ddnn/frame.h"
#include "ddnn/run.h"
#include "ddnn/session.h"
#include "ddnn/wire.h"
#include "toy_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace ddnn_test {

using Bytes = std::vector<uint8_t>;

/// Time that passes when it is told to, and a network that is as bad as the
/// test says.
class Network {
public:
  uint64_t Now = 1000000;
  std::mt19937 Random;
  // What the network does to a message.
  double Loss = 0, Duplicate = 0, Corrupt = 0;
  uint64_t DelayMin = 200, DelayMax = 200;

  explicit Network(unsigned Seed) : Random(Seed) {}

  void at(uint64_t Time, std::function<void()> Do) {
    Events.emplace(Time, std::move(Do));
  }

  // Lets time pass: the next event, or until nothing is left before Until.
  void step(uint64_t Until) {
    if (!Events.empty() && Events.begin()->first <= Until) {
      auto First = Events.begin();
      Now = std::max(Now, First->first);
      auto Do = std::move(First->second);
      Events.erase(First);
      Do();
    } else if (Until != UINT64_MAX) {
      Now = std::max(Now, Until);
    } else {
      FAIL() << "waiting for ever";
    }
  }
  void runUntil(uint64_t Time) {
    while (Now < Time)
      step(Time);
  }

  bool chance(double P) {
    return std::uniform_real_distribution<>(0, 1)(Random) < P;
  }
  uint64_t delay() {
    return std::uniform_int_distribution<uint64_t>(DelayMin, DelayMax)(Random);
  }

  // Calls Arrive zero, one or two times, some time later.
  void transmit(Bytes Data, std::function<void(const Bytes &)> Arrive) {
    for (int Copies = 1 + chance(Duplicate); Copies > 0; --Copies) {
      if (chance(Loss))
        continue;
      Bytes Copy = Data;
      if (chance(Corrupt))
        Copy[Random() % Copy.size()] ^= 1 + Random() % 255;
      at(Now + delay(), [=] { Arrive(Copy); });
    }
  }

private:
  std::multimap<uint64_t, std::function<void()>> Events;
};

class Simulation : public Network {
public:
  int SendStatus = DDNN_OK; // what send says; not sent if it is an error
  bool Up = true;
  unsigned Sent = 0;
  std::vector<std::string> SentTo;

  struct Worker {
    bool Alive = true;
    uint32_t Boot = 1, Sequence = 0;
    uint64_t ServiceUs = 300;
    int Refuse = DDNN_OK;   // answers every request with this
    bool Mute = false;      // takes requests, answers none
    bool CloudGone = false; // an edge that cannot forward
    unsigned Served = 0;
  };
  std::map<std::string, Worker> Workers;

  ddnn_session *Session = nullptr;
  ddnn_link Link = {};
  ddnn_session_config Config = {};
  std::vector<uint8_t> Memory;

  explicit Simulation(unsigned Seed = 1) : Network(Seed) {
    Link.context = this;
    Link.send = [](void *C, const ddnn_message *M) {
      return static_cast<Simulation *>(C)->send(*M);
    };
    Link.listen = [](void *C, const ddnn_listener *L) {
      static_cast<Simulation *>(C)->Listener = *L;
      return int(DDNN_OK);
    };
    Link.up = [](void *C) { return static_cast<Simulation *>(C)->Up; };
    Config.model = &toy_device;
    Config.node = "cam";
    Config.boot = 42;
    Config.link = &Link;
    Config.clock_user = this;
    Config.now_us = [](void *C) { return static_cast<Simulation *>(C)->Now; };
    Config.sync.context = this;
    Config.sync.lock = [](void *C) {
      ASSERT_FALSE(static_cast<Simulation *>(C)->Locked);
      static_cast<Simulation *>(C)->Locked = true;
    };
    Config.sync.unlock = [](void *C) {
      ASSERT_TRUE(static_cast<Simulation *>(C)->Locked);
      static_cast<Simulation *>(C)->Locked = false;
    };
    Config.sync.wait = [](void *C, uint64_t Until) {
      auto *S = static_cast<Simulation *>(C);
      S->Locked = false;
      S->step(Until);
      S->Locked = true;
    };
    Config.deadline_ms = 100;
  }
  ~Simulation() { ddnn_session_close(Session); }

  void open() {
    size_t Size = ddnn_session_size(&Config);
    ASSERT_NE(Size, 0u);
    Memory.resize(Size + 1);
    // An odd address: any alignment will do.
    ASSERT_EQ(ddnn_session_open(&Session, &Config, Memory.data() + 1, Size),
              DDNN_OK);
  }

  void announce(const std::string &Name, uint8_t State = DDNN_NODE_ONLINE,
                unsigned Load = 0, uint64_t Hash = TOY_HASH) {
    Worker &W = Workers[Name];
    ddnn_announce A = {};
    A.state = State;
    A.boot = W.Boot;
    A.sequence = ++W.Sequence;
    A.heartbeat_ms = 1000;
    A.queued = Load;
    A.threads = 1;
    A.service_us = 1000;
    A.service_count = 1;
    A.services[0] = {Hash, 1};
    Bytes B(DDNN_ANNOUNCE_MAX);
    size_t Size;
    ASSERT_EQ(ddnn_announce_encode(&A, B.data(), B.size(), &Size), DDNN_OK);
    deliver(DDNN_CHANNEL_STATUS, Name, B.data(), Size);
  }
  void will(const std::string &Name) { announce(Name, DDNN_NODE_OFFLINE); }

  int thresholds(uint64_t Version, float Local, uint64_t Hash = TOY_HASH) {
    ddnn_thresholds T = {};
    T.model = Hash;
    T.version = Version;
    T.count = 1;
    T.entries[0] = {0, Local};
    uint8_t B[DDNN_THRESHOLDS_MAX];
    size_t Size;
    EXPECT_EQ(ddnn_thresholds_encode(&T, B, sizeof B, &Size), DDNN_OK);
    return deliver(DDNN_CHANNEL_CONFIG, DDNN_NODE_ALL, B, Size);
  }

  int deliver(uint8_t Channel, const std::string &Node, const void *Data,
              size_t Size) {
    ddnn_message M = {};
    M.channel = Channel;
    M.node = Node.c_str();
    M.data = Data;
    M.size = Size;
    return ddnn_session_receive(Session, &M);
  }

  void linkState(bool State) {
    Up = State;
    Listener.state(Listener.user, State);
  }
  void failed(uint64_t Token, int Status) {
    Listener.failed(Listener.user, Token, Status);
  }
  uint64_t LastToken = 0;

  // One sample; X as in toy_model.h.
  int submit(float Sure, int Label, uint32_t Frame = 0, float EdgeSure = 20,
             uint32_t DeadlineMs = 0) {
    float X[4] = {Sure, float(Label), EdgeSure, 0};
    const void *Inputs[] = {X};
    ddnn_request R = {};
    R.inputs = Inputs;
    R.frame_number = Frame;
    R.deadline_ms = DeadlineMs;
    return ddnn_session_submit(Session, &R, nullptr);
  }
  float Scores[3];
  ddnn_result result() {
    ddnn_result R = {};
    R.scores = Scores;
    R.scores_capacity = 3;
    return R;
  }
  int poll(ddnn_result &R, uint32_t TimeoutMs = 1000) {
    R = result();
    return ddnn_session_poll(Session, &R, TimeoutMs);
  }

  // Called for each reply before it is sent; may change or drop it (false).
  std::function<bool(ddnn_frame &)> OnReply;

private:
  ddnn_listener Listener = {};
  bool Locked = false;

  int send(const ddnn_message &M) {
    EXPECT_FALSE(Locked) << "sends with the lock held";
    EXPECT_EQ(M.channel, DDNN_CHANNEL_REQUEST);
    LastToken = M.token;
    if (SendStatus != DDNN_OK)
      return SendStatus;
    if (!Up)
      return DDNN_ERR_DISCONNECTED;
    ++Sent;
    std::string Node = M.node;
    SentTo.push_back(Node);
    auto *P = static_cast<const uint8_t *>(M.data);
    transmit(Bytes(P, P + M.size), [=](const Bytes &B) { serve(Node, B); });
    return DDNN_OK;
  }

  // A worker that computes the edge tier and, if need be, the cloud's.
  void serve(const std::string &Name, const Bytes &Request) {
    Worker &W = Workers[Name];
    ddnn_frame F;
    if (!W.Alive || W.Mute ||
        ddnn_frame_decode(&F, Request.data(), Request.size()) != DDNN_OK)
      return;
    ASSERT_EQ(ddnn_frame_check_request(&F, &toy_edge), DDNN_OK);
    EXPECT_GT(F.remaining_ms, 0u);
    ++W.Served;
    float X[4];
    std::memcpy(X, F.tensors[0].data, 16);
    bool Edge = X[2] > 10;
    if (W.Refuse != DDNN_OK) {
      reply(Name, F, W.Refuse, 0, 0, false);
      return;
    }
    if (!Edge && (F.flags & DDNN_FLAG_PROVISIONAL))
      reply(Name, F, DDNN_OK, 1, (int(X[1]) + 1) % 3, false, true);
    bool Fallback = !Edge && W.CloudGone;
    reply(Name, F, Fallback ? DDNN_ERR_NO_PEER : DDNN_OK,
          Edge || Fallback ? 1 : 2,
          (int(X[1]) + (Edge || Fallback ? 1 : 2)) % 3, Fallback);
  }

  void reply(const std::string &Name, const ddnn_frame &To, int Status,
             int Exit, int Label, bool Fallback, bool Provisional = false) {
    float S[3] = {0, 0, 0};
    S[Label] = 20;
    ddnn_frame F;
    ddnn_frame_init(&F, DDNN_FRAME_REPLY);
    F.stage = uint8_t(Exit ? Exit : 1);
    F.flags = uint8_t((Provisional ? 0 : DDNN_FLAG_FINAL) |
                      (Fallback ? DDNN_FLAG_FALLBACK : 0));
    F.status = Status;
    F.attempt = To.attempt;
    F.model = To.model;
    F.request = To.request;
    F.boot = To.boot;
    std::memcpy(F.source, To.source, sizeof F.source);
    std::memcpy(F.tier_us, To.tier_us, sizeof F.tier_us);
    F.tier_us[1] = uint32_t(Workers[Name].ServiceUs);
    if (Status == DDNN_OK || Fallback) {
      F.exit = uint16_t(Exit);
      F.label = uint32_t(Label);
      F.entropy = 0.01f;
      F.tensor_count = 1;
      F.tensors[0] = {};
      F.tensors[0].rank = 1;
      F.tensors[0].scale = 1;
      F.tensors[0].dims[0] = 3;
      F.tensors[0].bytes = 12;
      F.tensors[0].data = reinterpret_cast<const uint8_t *>(S);
    }
    if (OnReply && !OnReply(F))
      return;
    Bytes B(256);
    size_t Size = 0;
    ASSERT_EQ(ddnn_frame_encode(&F, B.data(), B.size(), &Size), DDNN_OK);
    B.resize(Size);
    at(Now + Workers[Name].ServiceUs, [this, Name, B] {
      if (Workers[Name].Alive) // killed while computing
        transmit(B, [this](const Bytes &Arrived) {
          if (Up)
            deliver(DDNN_CHANNEL_REPLY, "cam", Arrived.data(), Arrived.size());
        });
    });
  }
};

} // namespace ddnn_test
#endif
