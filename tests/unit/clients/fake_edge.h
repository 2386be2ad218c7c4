// The edge in front of a FakeService, over real TLS.
#ifndef VOTUM_TESTS_UNIT_CLIENTS_FAKE_EDGE_H_
#define VOTUM_TESTS_UNIT_CLIENTS_FAKE_EDGE_H_

#include <memory>
#include <string>
#include <thread>

#include "platform/http/server.h"
#include "services/gateway/rpc_edge.h"
#include "tests/unit/clients/fake_service.h"

namespace votum::client {

class FakeEdge {
 public:
  // `service` outlives this.
  explicit FakeEdge(const FakeService& service);
  ~FakeEdge();

  // "https://127.0.0.1:8443"
  std::string url() const;

 private:
  std::unique_ptr<gateway::RpcEdge> rpc_;
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

}  // namespace votum::client

#endif  // VOTUM_TESTS_UNIT_CLIENTS_FAKE_EDGE_H_
