// Which sessions have proved who reads by them.
//
// The edge folds nothing, so it cannot tell a session from bytes that look like one: whoever counted
// by what a header says could have as many shares as he invents headers. Only a service's answer
// proves a session: it names the person, to the edge alone (services/runtime/reader_teller.h).
// From then on calls with the same bytes count for that person, and those of others do not concern
// him: a hall of 600 behind one address, with an attacker in it, works. Before that they count for
// their address, in a share of their own. Bytes that are no session are refused by the service as
// soon as it looks at them, so they hold a place of that share for a moment only, and a true session
// finds one.
//
// All sessions of a person are one caller, so that whoever has a key and signs a thousand has one
// share.
#ifndef VOTUM_SERVICES_GATEWAY_KNOWN_SESSIONS_H_
#define VOTUM_SERVICES_GATEWAY_KNOWN_SESSIONS_H_

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace votum::gateway {

// Thread-safe.
class KnownSessions {
 public:
  // One for each service, on a few devices, and anew every few minutes.
  static constexpr size_t kOfPerson = 64;
  static constexpr size_t kInAll = size_t{1} << 16;

  // The person who has proved to read by these bytes; empty if nobody has.
  std::string PersonOf(absl::string_view session, absl::Time now) const;

  // A service has named this person for the session: for as long as the longest session lasts. The
  // one that the person has proved longest ago is forgotten for it, if there are too many.
  void Learn(absl::string_view session, const std::string& person, absl::Time now);
  // A service has refused it.
  void Forget(absl::string_view session);

 private:
  using Digest = std::string;
  struct Known {
    std::string person;
    absl::Time until;
  };
  void Drop(const Digest& digest);
  void ForgetOld(absl::Time now);

  mutable std::mutex mutex_;
  absl::flat_hash_map<Digest, Known> known_;  // guarded by mutex_
  // The digests of each person's, in the order in which they were last learnt: each of known_ once.
  absl::flat_hash_map<std::string, std::deque<Digest>> of_person_;  // guarded by mutex_
};

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_KNOWN_SESSIONS_H_
