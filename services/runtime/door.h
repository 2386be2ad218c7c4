// Accepts the connections of a gRPC server, in its place. gRPC accepts as many as come, from whoever,
// and may stop accepting for good after one failure, as when no file could be opened
// (CVE-2023-4785). Here
//
//   * one address has its share, and all together have a limit, below that of open files;
//   * when that is reached, the connection that has been silent longest makes room for a new one:
//     programs of ours ask every few seconds whether the other end lives (platform/grpc/connect.h),
//     and whoever only keeps sockets open says nothing;
//   * a failure to accept is followed by the next attempt.
//
//   kernel ──▶ Door: how many has this address? ──▶ gRPC: TLS, HTTP/2, calls
//
// A connection is counted until gRPC has closed it. The door holds a second descriptor of each, which
// tells, so that a connection takes two files.
#ifndef VOTUM_SERVICES_RUNTIME_DOOR_H_
#define VOTUM_SERVICES_RUNTIME_DOOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/server_builder.h"
#include "platform/grpc/connect.h"

namespace votum {

// A descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return number_; }
  // Somebody else closes it.
  int Release();

 private:
  int number_;
};

// Owned by one thread.
class Door {
 public:
  struct Limits {
    size_t of_address = 1024;
    size_t in_all = 4096;
    // A connection that was silent this long may have to make room; those of our programs never are.
    absl::Duration silence = absl::Milliseconds(kAskMilliseconds) + absl::Seconds(1);
  };
  // As many as the limit of open files allows, beside all else that a process opens.
  static Limits LimitsOfProcess();

  // Listens at all addresses ("127.0.0.1:7451", "[::]:0", "localhost:7451"); nobody else may listen
  // there. UNAVAILABLE, naming the address.
  static absl::StatusOr<std::unique_ptr<Door>> Open(const std::vector<std::string>& addresses,
                                                    Limits limits);
  ~Door();

  // The port of each address, in order.
  const std::vector<int>& ports() const { return ports_; }

  // From now on hands the connections of each address to its acceptor, of the server that has
  // started.
  using Acceptor = grpc::experimental::ExternalConnectionAcceptor;
  void Start(std::vector<std::unique_ptr<Acceptor>> acceptors);
  // Takes no connection any more; those there are go on. Call it before the server stops.
  void Stop();

 private:
  struct Guest {
    Descriptor second;  // of its connection
    std::string address;
  };

  explicit Door(Limits limits) : limits_(limits) {}
  absl::Status Listen(const std::string& address);

  // All on the door's thread.
  void Serve();
  // False if there is nobody to accept, or no file for it.
  bool AcceptOne(size_t listener);
  bool MakeRoom();
  void Leave(uint64_t guest);

  const Limits limits_;
  struct Listener {
    Descriptor descriptor;
    size_t address;  // its position
  };
  std::vector<Listener> listeners_;
  std::vector<int> ports_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  Descriptor poll_;
  Descriptor stop_;
  uint64_t last_guest_ = 0;
  std::unordered_map<uint64_t, Guest> guests_;           // by numbers that never come again
  absl::flat_hash_map<std::string, size_t> of_address_;  // none is 0
  std::thread thread_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_DOOR_H_
