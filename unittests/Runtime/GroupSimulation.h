// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Groups over the network of Simulation.h: real members, a real aggregator, and
// workers that join as docs/groups.md says. An oracle computes what the answer
// must be, given who was missing.
#ifndef DDNN_TEST_GROUP_SIMULATION_H
#define DDNN_TEST_GROUP_SIMULATION_H

#include "Simulation.h"
#include "ddnn/group.h"
#include "toy_group.h"

#include <array>
#include <set>

namespace ddnn_test {

struct Toy {
  std::vector<const ddnn_model *> Devices, Aggregators, Joiners;
  const ddnn_model *Cloud;
};
inline Toy toyE() {
  return {{&toy_e_devices[0], &toy_e_devices[1], &toy_e_devices[2]},
          {&toy_e_local},
          {&toy_e_edge},
          &toy_e_cloud};
}
inline Toy toyF() {
  return {{&toy_f_devices[0], &toy_f_devices[1], &toy_f_devices[2],
           &toy_f_devices[3]},
          {&toy_f_local, &toy_f_area},
          {&toy_f_edges[0], &toy_f_edges[1]},
          &toy_f_cloud};
}

using Tensor = std::vector<float>;
using Tensors = std::vector<Tensor>;

// Runs a model on tensors of floats, the presence byte by byte. Returns all
// outputs; *Taken is the exit where the sample left.
inline Tensors compute(const ddnn_model &M, const Tensors &In, unsigned Present,
                       uint16_t *Taken = nullptr,
                       const float *Thresholds = nullptr) {
  std::vector<uint8_t> Memory(ddnn_workspace_size(&M));
  ddnn_workspace W;
  EXPECT_EQ(ddnn_workspace_init(&W, &M, Memory.data(), Memory.size()), DDNN_OK);
  uint8_t Presence[DDNN_MAX_MEMBERS];
  for (unsigned I = 0; I < DDNN_MAX_MEMBERS; ++I)
    Presence[I] = Present >> I & 1;
  const void *Inputs[DDNN_MAX_TENSORS];
  for (unsigned I = 0; I < M.input_count; ++I)
    Inputs[I] = M.input_sources[I] == DDNN_FROM_RUNTIME
                    ? static_cast<const void *>(Presence)
                    : In[I].data();
  ddnn_exit_event Event;
  EXPECT_EQ(
      ddnn_workspace_run(&W, Inputs, Thresholds, nullptr, nullptr, &Event),
      DDNN_OK);
  if (Taken)
    *Taken = Event.exit;
  Tensors Out;
  for (unsigned I = 0; I < M.output_count; ++I) {
    auto *P = static_cast<const float *>(W.outputs[I]);
    Out.emplace_back(P, P + M.outputs[I].count);
  }
  return Out;
}

class GroupSimulation : public Network {
public:
  Toy Model;
  uint16_t Group = 7;
  uint64_t Beat = 1000;
  bool Up = true;
  std::function<void(uint8_t Channel, const std::string &Node, Bytes &)> OnSend;
  // What travels on channels that are not retained, as it was sent.
  struct Sent {
    uint8_t Channel;
    std::string Node;
    Bytes Data;
  };
  std::vector<Sent> Log;

  // A node's end of the network.
  struct Port {
    GroupSimulation *Owner;
    std::string Name;
    ddnn_link Link = {};
    ddnn_listener Listener = {};
    bool Listening = false, Dead = false;
  };

  struct Member {
    std::unique_ptr<Port> At;
    ddnn_member_config Config = {};
    std::vector<uint8_t> Memory;
    ddnn_member *Handle = nullptr;
  };

  // A worker of a tier that joins, and of the cloud.
  struct Worker {
    const ddnn_model *Model;
    std::string Name;
    uint32_t Boot = 1, Sequence = 0;
    bool Alive = true, Mute = false;
    int Refuse = DDNN_OK;
    unsigned Served = 0;
    struct Job {
      bool Expected = false, Done = false;
      ddnn_frame Order = {};
      unsigned Present = 0, Came = 0;
      Tensors In;
      Tensors Kept; // features, of a tier of several
    };
    // By source's boot, request and attempt.
    std::map<std::tuple<uint32_t, uint64_t, unsigned>, Job> Jobs;
  };

  std::vector<Port *> Ports; // before those who are added to it
  std::map<std::string, Bytes> Retained;
  std::vector<Member> Members;
  std::map<std::string, Worker> Workers;
  std::unique_ptr<Port> At;
  ddnn_aggregator_config Config = {};
  std::vector<uint8_t> Memory;
  ddnn_aggregator *Aggregator = nullptr;

  struct Result : ddnn_group_result {
    std::array<float, 3> Values;
  };
  std::vector<Result> Results;
  std::map<uint32_t, std::vector<std::array<float, 4>>> Seen; // by frame

  explicit GroupSimulation(const Toy &Model, unsigned Seed = 1)
      : Network(Seed), Model(Model), At(port("agg")) {
    Config.models = this->Model.Aggregators.data();
    Config.model_count = this->Model.Aggregators.size();
    Config.node = At->Name.c_str();
    Config.boot = 42;
    Config.link = &At->Link;
    Config.now_us = [](void *C) {
      return static_cast<GroupSimulation *>(C)->Now;
    };
    Config.clock_user = this;
    Config.sync = sync();
    Config.groups = &Group;
    Config.group_count = 1;
    Config.deadline_ms = 300;
    for (unsigned I = 0; I < Model.Devices.size(); ++I) {
      Members.emplace_back();
      Member &M = Members.back();
      M.At = port("dev-" + std::to_string(I));
      M.Config.model = Model.Devices[I];
      M.Config.node = M.At->Name.c_str();
      M.Config.boot = 100 + I;
      M.Config.group = Group;
      M.Config.aggregator = "agg";
      M.Config.link = &M.At->Link;
      M.Config.now_us = Config.now_us;
      M.Config.clock_user = this;
      M.Config.sync = Config.sync;
      M.Config.heartbeat_ms = uint32_t(Beat);
    }
  }
  ~GroupSimulation() {
    for (Member &M : Members)
      ddnn_member_close(M.Handle);
    ddnn_aggregator_close(Aggregator);
  }

  void open() {
    size_t Size = ddnn_aggregator_size(&Config);
    ASSERT_NE(Size, 0u);
    Memory.assign(Size + 1, 0xa5);
    At->Dead = false;
    // An odd address: any alignment will do.
    ASSERT_EQ(
        ddnn_aggregator_open(&Aggregator, &Config, Memory.data() + 1, Size),
        DDNN_OK);
  }
  void openMember(unsigned I) {
    Member &M = Members[I];
    size_t Size = ddnn_member_size(&M.Config);
    ASSERT_NE(Size, 0u);
    M.Memory.assign(Size + 1, 0x5a);
    M.At->Dead = false;
    ASSERT_EQ(ddnn_member_open(&M.Handle, &M.Config, M.Memory.data() + 1, Size),
              DDNN_OK);
  }
  // Gone without a word, or with the one that its broker has.
  void killMember(unsigned I, bool Will) {
    Member &M = Members[I];
    M.Handle = nullptr;
    M.At->Dead = true;
    M.At->Listening = false;
    if (Will && M.At->Listener.will) {
      auto *P = static_cast<const uint8_t *>(M.At->Listener.will);
      status(M.At->Name, Bytes(P, P + M.At->Listener.will_size));
    }
  }
  void restartMember(unsigned I) {
    Members[I].Config.boot += 1000;
    openMember(I);
  }
  void addWorker(const std::string &Name, const ddnn_model *M) {
    Workers[Name].Model = M;
    Workers[Name].Name = Name;
    announce(Name);
  }
  void announce(const std::string &Name, uint8_t State = DDNN_NODE_ONLINE) {
    Worker &W = Workers[Name];
    ddnn_announce A = {};
    A.state = State;
    A.boot = W.Boot;
    A.sequence = ++W.Sequence;
    A.heartbeat_ms = 1000;
    A.threads = 1;
    A.service_us = 1000;
    A.service_count = 1;
    A.services[0] = {W.Model->hash, W.Model->tier, W.Model->member, 0};
    Bytes B(DDNN_ANNOUNCE_MAX);
    size_t Size = 0;
    ASSERT_EQ(ddnn_announce_encode(&A, B.data(), B.size(), &Size), DDNN_OK);
    B.resize(Size);
    status(Name, B);
  }
  void killWorker(const std::string &Name, bool Will = true) {
    Workers[Name].Alive = false;
    if (Will)
      announce(Name, DDNN_NODE_OFFLINE);
  }
  // Everybody, and the announcements have come.
  void start() {
    open();
    for (unsigned I = 0; I < Members.size(); ++I)
      openMember(I);
    startWorkers();
    run(5000);
  }
  void startWorkers() {
    for (const ddnn_model *M : Model.Joiners)
      addWorker("edge-" + std::to_string(M->member), M);
    if (Model.Joiners.size() > 1) // else the edge asks the cloud itself
      addWorker("cloud", Model.Cloud);
  }

  // Lets time pass, everybody at work.
  void run(uint64_t Us) {
    uint64_t End = Now + Us;
    while (Now < End) {
      runUntil(std::min(End, Now + 500));
      if (Now / 1000000 != Beaten) {
        Beaten = Now / 1000000;
        for (auto &W : Workers)
          if (W.second.Alive)
            announce(W.first);
      }
      for (Member &M : Members)
        if (M.Handle)
          while (ddnn_member_poll(M.Handle, 0) == DDNN_OK)
            ;
      poll();
    }
  }
  void poll() {
    for (;;) {
      Result R = {};
      R.scores = R.Values.data();
      R.scores_capacity = 3;
      if (!Aggregator || ddnn_aggregator_poll(Aggregator, &R, 0) != DDNN_OK)
        return;
      Results.push_back(R);
    }
  }

  // Level: the exit that is sure.
  std::array<float, 4> view(uint32_t Frame, unsigned Member, int Level) {
    return {Level == 0 ? 20.0f : 0.0f, float(Frame % 3),
            Level <= 1 ? 20.0f : 0.0f, float((Frame * 7 + Member) % 16)};
  }
  int submit(unsigned I, uint32_t Frame, int Level) {
    auto X = view(Frame, I, Level);
    auto &All = Seen[Frame];
    All.resize(Members.size());
    All[I] = X;
    const void *Inputs[] = {X.data()};
    return Members[I].Handle
               ? ddnn_member_submit(Members[I].Handle, Frame, Inputs)
               : int(DDNN_ERR_NOT_FOUND);
  }
  void submitAll(uint32_t Frame, int Level) {
    for (unsigned I = 0; I < Members.size(); ++I)
      submit(I, Frame, Level);
  }
  const Result *result(uint32_t Frame) const {
    for (const Result &R : Results)
      if (R.frame_number == Frame)
        return &R;
    return nullptr;
  }
  ddnn_aggregator_stats stats() {
    ddnn_aggregator_stats S;
    ddnn_aggregator_get_stats(Aggregator, &S);
    return S;
  }
  uint16_t live(uint8_t Tier) {
    uint16_t Bits = 0;
    EXPECT_EQ(ddnn_aggregator_members(Aggregator, Group, Tier, &Bits), DDNN_OK);
    return Bits;
  }

  // What the answer of a result must be, given who was missing. Also that no
  // exit before it would have taken the sample. Missing inputs are zeros.
  void check(const Result &R, const float *Thresholds = nullptr) {
    SCOPED_TRACE("frame " + std::to_string(R.frame_number) + " exit " +
                 std::to_string(R.exit));
    ASSERT_EQ(R.status, DDNN_OK);
    const auto &Views = Seen.at(R.frame_number);
    Tensors Scores, Features;
    unsigned All = (1u << Model.Devices.size()) - 1;
    unsigned Here = All & ~R.missing[1][0];
    for (unsigned I = 0; I < Model.Devices.size(); ++I) {
      Tensors Out = compute(*Model.Devices[I],
                            {Tensor(Views[I].begin(), Views[I].end())}, 0);
      Scores.push_back(Here >> I & 1 ? Out[0] : Tensor(3));
      Features.push_back(Out[1]);
    }
    uint16_t Taken = DDNN_NO_EXIT;
    Tensors Local =
        compute(*Model.Aggregators[0], Scores, Here, &Taken, Thresholds);
    if (R.exit == 0) {
      EXPECT_TRUE(R.fallback || Taken == 0);
      return equal(R, Local[0]);
    }
    EXPECT_EQ(Taken, DDNN_NO_EXIT);
    if (Model.Joiners.size() == 1) {
      Here = 7 & ~R.missing[2][0];
      EXPECT_EQ(R.missing[1][0] & Here, 0) << "a part without scores";
      for (unsigned I = 0; I < 3; ++I)
        if (!(Here >> I & 1))
          Features[I] = Tensor(4);
      Tensors Edge = compute(*Model.Joiners[0], Features, Here, &Taken);
      if (R.exit == 1)
        return equal(R, Edge[0]);
      EXPECT_EQ(Taken, DDNN_NO_EXIT);
      return equal(R, compute(*Model.Cloud, {Edge[1]}, 1)[0]);
    }
    Tensors EdgeScores, EdgeFeatures;
    unsigned Edges = 3 & ~R.missing[3][0];
    for (unsigned E = 0; E < 2; ++E) {
      Here = 3 & ~R.missing[2][E];
      Tensors In;
      for (unsigned I = 0; I < 2; ++I)
        In.push_back(Here >> I & 1 ? Features[2 * E + I] : Tensor(4));
      Tensors Out = compute(*Model.Joiners[E], In, Here);
      EdgeScores.push_back(Edges >> E & 1 ? Out[0] : Tensor(3));
      EdgeFeatures.push_back(Out[1]);
    }
    Tensors Area = compute(*Model.Aggregators[1], EdgeScores, Edges, &Taken);
    if (R.exit == 1)
      return equal(R, Area[0]);
    EXPECT_EQ(Taken, DDNN_NO_EXIT);
    Edges = 3 & ~R.missing[4][0];
    for (unsigned E = 0; E < 2; ++E)
      if (!(Edges >> E & 1))
        EdgeFeatures[E] = Tensor(4);
    equal(R, compute(*Model.Cloud, EdgeFeatures, Edges)[0]);
  }

  // A message as from any node. Retained ones are kept for those to come.
  int send(const ddnn_message &M) {
    auto *P = static_cast<const uint8_t *>(M.data);
    Bytes Data(P, P + M.size);
    std::string Node = M.node;
    EXPECT_FALSE(Locked) << "sends with the lock held";
    if (!Up)
      return M.channel == DDNN_CHANNEL_STATUS ? DDNN_OK : DDNN_ERR_DISCONNECTED;
    if (M.channel == DDNN_CHANNEL_STATUS) {
      status(Node, Data);
      return DDNN_OK;
    }
    if (OnSend)
      OnSend(M.channel, Node, Data);
    if (Data.empty())
      return DDNN_OK;
    Log.push_back({M.channel, Node, Data});
    uint8_t Channel = M.channel;
    transmit(Data, [=](const Bytes &B) { arrive(Channel, Node, B); });
    return DDNN_OK;
  }
  void send(uint8_t Channel, const std::string &Node, const Bytes &Data) {
    ddnn_message M = {};
    M.channel = Channel;
    M.node = Node.c_str();
    M.data = Data.data();
    M.size = Data.size();
    send(M);
  }
  // Arrives now, whatever the network is like.
  void arrive(uint8_t Channel, const std::string &Node, const Bytes &Data) {
    auto W = Workers.find(Node);
    if (Channel == DDNN_CHANNEL_REQUEST && W != Workers.end())
      return serve(W->second, Data);
    for (Port *P : Ports) {
      const ddnn_listener &L = P->Listener;
      bool Own = P->Name == Node;
      if (!P->Listening ||
          !((Channel == DDNN_CHANNEL_REQUEST && Own &&
             L.hears & DDNN_HEAR_REQUESTS) ||
            (Channel == DDNN_CHANNEL_REPLY && Own &&
             L.hears & DDNN_HEAR_REPLIES) ||
            (Channel == DDNN_CHANNEL_AGGREGATE && Own &&
             L.hears & DDNN_HEAR_AGGREGATE) ||
            (Channel == DDNN_CHANNEL_STATUS && L.hears & DDNN_HEAR_STATUS) ||
            (Channel == DDNN_CHANNEL_CONFIG && L.hears & DDNN_HEAR_CONFIG)))
        continue;
      ddnn_message M = {};
      M.channel = Channel;
      M.node = Node.c_str();
      M.data = Data.data();
      M.size = Data.size();
      L.message(L.user, &M);
    }
  }
  void linkState(bool State) {
    Up = State;
    for (Port *P : Ports)
      if (P->Listening && P->Listener.state)
        P->Listener.state(P->Listener.user, State);
    for (auto &R : Retained)
      if (State)
        arrive(DDNN_CHANNEL_STATUS, R.first, R.second);
  }
  // The broker's: reliable, and remembered.
  void status(const std::string &Node, const Bytes &Data) {
    Retained[Node] = Data;
    at(Now + 200, [=] { arrive(DDNN_CHANNEL_STATUS, Node, Data); });
  }

private:
  uint64_t Beaten = 0;
  bool Locked = false;

  ddnn_sync sync() {
    ddnn_sync S = {};
    S.context = this;
    S.lock = [](void *C) {
      ASSERT_FALSE(static_cast<GroupSimulation *>(C)->Locked);
      static_cast<GroupSimulation *>(C)->Locked = true;
    };
    S.unlock = [](void *C) {
      ASSERT_TRUE(static_cast<GroupSimulation *>(C)->Locked);
      static_cast<GroupSimulation *>(C)->Locked = false;
    };
    S.wait = [](void *C, uint64_t Until) {
      auto *S = static_cast<GroupSimulation *>(C);
      S->Locked = false;
      S->step(Until);
      S->Locked = true;
    };
    return S;
  }

  std::unique_ptr<Port> port(const std::string &Name) {
    auto P = std::make_unique<Port>();
    P->Owner = this;
    P->Name = Name;
    P->Link.context = P.get();
    P->Link.send = [](void *C, const ddnn_message *M) {
      auto *P = static_cast<Port *>(C);
      return P->Dead ? int(DDNN_ERR_DISCONNECTED) : P->Owner->send(*M);
    };
    P->Link.listen = [](void *C, const ddnn_listener *L) {
      auto *P = static_cast<Port *>(C);
      P->Listener = *L;
      P->Listening = true;
      for (auto &R : P->Owner->Retained)
        if (L->hears & DDNN_HEAR_STATUS) {
          ddnn_message M = {};
          M.channel = DDNN_CHANNEL_STATUS;
          M.node = R.first.c_str();
          M.data = R.second.data();
          M.size = R.second.size();
          L->message(L->user, &M);
        }
      return int(DDNN_OK);
    };
    P->Link.stop = [](void *C) { static_cast<Port *>(C)->Listening = false; };
    P->Link.up = [](void *C) { return static_cast<Port *>(C)->Owner->Up; };
    Ports.push_back(P.get());
    return P;
  }

  void equal(const Result &R, const Tensor &Scores) {
    EXPECT_EQ(R.classes, 3u);
    for (unsigned I = 0; I < 3; ++I)
      EXPECT_EQ(R.Values[I], Scores[I]) << I;
    EXPECT_EQ(R.label, unsigned(std::max_element(Scores.begin(), Scores.end()) -
                                Scores.begin()));
  }

  // ---- A worker ----------------------------------------------------------

  void serve(Worker &W, const Bytes &Data) {
    ddnn_frame F;
    if (!W.Alive || W.Mute ||
        ddnn_frame_decode(&F, Data.data(), Data.size()) != DDNN_OK)
      return;
    auto &Job = W.Jobs[{F.boot, F.request, F.attempt}];
    unsigned Source;
    uint16_t Present;
    char Node[DDNN_NODE_MAX + 1];
    if (ddnn_frame_check_expect(&F, W.Model, &Present) == DDNN_OK) {
      if (Job.Expected)
        return;
      Job.Expected = true;
      Job.Order = F;
      Job.Present = Present;
      std::string Name = W.Name;
      auto Key = std::make_tuple(F.boot, F.request, unsigned(F.attempt));
      at(Now + 1000 * F.label, [this, Name, Key] {
        Worker &W = Workers[Name];
        if (W.Alive && !W.Jobs[Key].Done)
          finish(W, W.Jobs[Key]);
      });
    } else if (ddnn_frame_check_part(&F, W.Model, &Source) == DDNN_OK) {
      if (Job.Came >> Source & 1)
        return;
      Job.Came |= 1u << Source;
      Job.In.resize(W.Model->input_count);
      for (unsigned I = 0, T = 0; I < W.Model->input_count; ++I)
        if (W.Model->input_sources[I] == Source) {
          Job.In[I].resize(W.Model->inputs[I].count);
          EXPECT_EQ(ddnn_wire_decode(&W.Model->inputs[I], F.tensors[T].data,
                                     F.tensors[T].bytes, Job.In[I].data()),
                    DDNN_OK);
          ++T;
        }
    } else if (ddnn_frame_check_fetch(&F, W.Model, Node) == DDNN_OK) {
      W.Jobs.erase({F.boot, F.request, F.attempt});
      Worker::Job *Latest = nullptr;
      for (auto &J : W.Jobs)
        if (std::get<0>(J.first) == F.boot &&
            std::get<1>(J.first) == F.request && !J.second.Kept.empty())
          Latest = &J.second;
      if (Latest)
        part(W, F, Node, Latest->Kept[1]);
      return;
    } else {
      ADD_FAILURE() << "a message that is none of a worker's";
    }
    if (Job.Expected && !Job.Done && (Job.Present & ~Job.Came) == 0)
      finish(W, Job);
  }

  void finish(Worker &W, Worker::Job &Job) {
    const ddnn_model &M = *W.Model;
    Job.Done = true;
    ++W.Served;
    const ddnn_frame &To = Job.Order;
    unsigned Here = Job.Present & Job.Came;
    unsigned Missing = ((1u << M.source_count) - 1) & ~Here;
    if (W.Refuse != DDNN_OK || Here == 0)
      return reply(To, W.Refuse ? W.Refuse : int(DDNN_ERR_MISSING),
                   M.member_counts[M.tier] > 1 ? M.member : Missing, 0, 0, {});
    Job.In.resize(M.input_count);
    for (unsigned I = 0; I < M.input_count; ++I)
      if (M.input_sources[I] != DDNN_FROM_RUNTIME &&
          !(Here >> M.input_sources[I] & 1))
        Job.In[I] = Tensor(M.inputs[I].count);
    uint16_t Taken;
    Tensors Out = compute(M, Job.In, Here, &Taken);
    if (M.member_counts[M.tier] > 1) {
      Job.Kept = Out;
      ddnn_frame F =
          answer(To, DDNN_FRAME_SCORES, uint8_t(M.tier + 1), M.member);
      F.label = Missing;
      ddnn_frame_tensor_init(&F.tensors[0], &M.outputs[0]);
      F.tensors[0].data = reinterpret_cast<const uint8_t *>(Out[0].data());
      F.tensor_count = 1;
      return send(DDNN_CHANNEL_AGGREGATE, To.source, encode(F));
    }
    uint16_t Exit = M.local_exits[0].exit;
    if (Taken == DDNN_NO_EXIT) { // asks the cloud, which answers itself
      Out = compute(*Model.Cloud, {Out[1]}, 1);
      Exit = 2;
    }
    reply(To, DDNN_OK, Missing, Exit, Model.Cloud->exits[Exit].tier, Out[0]);
  }

  ddnn_frame answer(const ddnn_frame &To, uint8_t Kind, uint8_t Stage,
                    unsigned Member) {
    ddnn_frame F;
    ddnn_frame_init(&F, Kind);
    F.stage = Stage;
    F.attempt = To.attempt;
    F.model = To.model;
    F.request = To.request;
    F.boot = To.boot;
    F.frame_number = To.frame_number;
    F.group = To.group;
    F.member = uint16_t(Member);
    std::memcpy(F.source, To.source, sizeof F.source);
    return F;
  }
  void part(Worker &W, const ddnn_frame &Fetch, const char *Node,
            const Tensor &Features) {
    ddnn_frame F = answer(Fetch, DDNN_FRAME_PART, Fetch.stage, W.Model->member);
    ddnn_frame_tensor_init(&F.tensors[0], &W.Model->outputs[1]);
    F.tensors[0].data = reinterpret_cast<const uint8_t *>(Features.data());
    F.tensor_count = 1;
    send(DDNN_CHANNEL_REQUEST, Node, encode(F));
  }
  void reply(const ddnn_frame &To, int Status, unsigned Member, uint16_t Exit,
             uint8_t Tier, const Tensor &Scores) {
    ddnn_frame F = answer(To, DDNN_FRAME_REPLY, Tier, Member);
    F.flags = DDNN_FLAG_FINAL;
    F.status = Status;
    if (Status == DDNN_OK) {
      F.exit = Exit;
      F.entropy = 0.25f;
      F.label = uint32_t(std::max_element(Scores.begin(), Scores.end()) -
                         Scores.begin());
      F.tensor_count = 1;
      F.tensors[0].rank = 1;
      F.tensors[0].scale = 1;
      F.tensors[0].dims[0] = 3;
      F.tensors[0].bytes = 12;
      F.tensors[0].data = reinterpret_cast<const uint8_t *>(Scores.data());
    }
    send(DDNN_CHANNEL_REPLY, To.source, encode(F));
  }

public:
  static Bytes encode(const ddnn_frame &F) {
    Bytes B(1024);
    size_t Size = 0;
    EXPECT_EQ(ddnn_frame_encode(&F, B.data(), B.size(), &Size), DDNN_OK);
    B.resize(Size);
    return B;
  }
};

// Every sample of which there was a first score, exactly once and in time.
inline void checkHistory(GroupSimulation &S) {
  std::set<uint64_t> Requests;
  uint64_t Answered = 0, Fallbacks = 0, Errors = 0;
  for (const auto &R : S.Results) {
    EXPECT_TRUE(Requests.insert(R.request).second) << R.request;
    EXPECT_LE(R.t_total_us, S.Config.deadline_ms * 1000);
    if (R.status != DDNN_OK) {
      ++Errors;
      EXPECT_EQ(R.exit, DDNN_NO_EXIT);
      continue;
    }
    ++(R.fallback ? Fallbacks : Answered);
    EXPECT_EQ(R.fallback, R.cause != DDNN_OK);
    S.check(R);
  }
  ddnn_aggregator_stats T = S.stats();
  EXPECT_EQ(T.samples, Requests.size());
  EXPECT_EQ(T.answered, Answered);
  EXPECT_EQ(T.fallbacks, Fallbacks);
  EXPECT_EQ(T.errors, Errors);
}

} // namespace ddnn_test
#endif
