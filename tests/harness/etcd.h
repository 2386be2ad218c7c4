// A private etcd for a test: some members on loopback, in a folder of the test.
#ifndef VOTUM_TESTS_HARNESS_ETCD_H_
#define VOTUM_TESTS_HARNESS_ETCD_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/harness/process.h"

namespace votum::testing {

class EtcdCluster {
 public:
  // Null if etcd is not installed: skip the test. Aborts the program if it does not start.
  static std::unique_ptr<EtcdCluster> Start(const std::string& folder, int members);

  const std::vector<std::string>& endpoints() const { return endpoints_; }
  Process& member(int number) { return *members_[static_cast<size_t>(number)]; }

 private:
  EtcdCluster() = default;

  std::vector<std::string> endpoints_;
  std::vector<std::unique_ptr<Process>> members_;
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_ETCD_H_
