// A scripted meetings service over real TLS, for tests of the client's channels, retries and
// sessions.
#ifndef VOTUM_TESTS_UNIT_CLIENTS_FAKE_SERVICE_H_
#define VOTUM_TESTS_UNIT_CLIENTS_FAKE_SERVICE_H_

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "clients/lib/context.h"
#include "tests/unit/clients/fake_log.h"
#include "votum/common/v1/command.pb.h"

namespace votum::client {

// The metadata of a call.
struct SeenCall {
  std::string session;                // "votum-session-bin"
  std::string min_index;              // "votum-min-index"
  common::v1::SignedCommand command;  // of CastVote
};

// Answers CastVote with a receipt of `log`, and GetAttendance with the meeting's id,
// GetVoteEvent with a roll call of meeting "sitzung-7", ListVoteEvents with five of them on three
// pages, WatchMeeting with rising indexes. Thread-safe.
class FakeService {
 public:
  // Files are written to `folder`: the authority's certificate, and certificate and key of the service.
  explicit FakeService(const std::string& folder);
  ~FakeService();

  // The next calls fail with these, in order.
  void FailNext(std::vector<absl::Status> failures);
  // The next receipt is of another command.
  void LieNext();
  // ListVoteEvents tells this as the age of its state; "" for none.
  void TellAge(const std::string& seconds);

  // A context of the public; with a key, of "m01".
  Context ContextOf(const std::string& key_file = "") const;
  std::vector<SeenCall> calls() const;
  FakeLog& log() { return log_; }
  const std::string& identity_file() const { return identity_file_; }

 private:
  class Service;
  const std::string ca_file_;
  const std::string identity_file_;
  FakeLog log_;
  std::unique_ptr<Service> service_;
};

}  // namespace votum::client

#endif  // VOTUM_TESTS_UNIT_CLIENTS_FAKE_SERVICE_H_
