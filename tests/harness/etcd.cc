#include "tests/harness/etcd.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace votum::testing {
namespace {
constexpr char kProgram[] = "/usr/bin/etcd";
constexpr char kControl[] = "/usr/bin/etcdctl";
}  // namespace

std::unique_ptr<EtcdCluster> EtcdCluster::Start(const std::string& folder, int members) {
  if (access(kProgram, X_OK) != 0 || access(kControl, X_OK) != 0) return nullptr;
  std::unique_ptr<EtcdCluster> cluster(new EtcdCluster());
  const int port = FreeBasePort();
  std::string all;
  for (int i = 0; i < members; ++i) {
    cluster->endpoints_.push_back(absl::StrCat("http://127.0.0.1:", port + i));
    absl::StrAppend(&all, i == 0 ? "" : ",", "m", i, "=http://127.0.0.1:", port + 10 + i);
  }
  for (int i = 0; i < members; ++i) {
    const std::string& client = cluster->endpoints_[static_cast<size_t>(i)];
    const std::string peer = absl::StrCat("http://127.0.0.1:", port + 10 + i);
    cluster->members_.push_back(std::make_unique<Process>(
        std::vector<std::string>{kProgram, "--name", absl::StrCat("m", i), "--data-dir",
                                 absl::StrCat(folder, "/etcd", i), "--listen-client-urls", client,
                                 "--advertise-client-urls", client, "--listen-peer-urls", peer,
                                 "--initial-advertise-peer-urls", peer, "--initial-cluster", all,
                                 "--heartbeat-interval", "50", "--election-timeout", "500"},
        absl::StrCat(folder, "/etcd", i, ".log")));
    cluster->members_.back()->Start();
  }
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (Run({kControl, "--endpoints", cluster->endpoints_[0], "endpoint", "health"},
             folder + "/etcdctl.log") != 0) {
    if (absl::Now() < deadline) continue;
    std::cerr << "etcd does not start, see " << folder << "/etcd0.log" << std::endl;
    std::abort();
  }
  return cluster;
}

}  // namespace votum::testing
