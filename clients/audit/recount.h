// Counts votes by roll call again from what everybody is shown: the public records, and the ballots
// that the result has opened. For readers who are no auditors, and so cannot fold the log.
//
// It shows that the announced result is the sum of the opened ballots, that each of them is signed
// with a key that a record enrols for its signer, and that nobody has two. It cannot show who was
// entitled to vote, or that a key was not revoked: only an audit of the whole log can.
#ifndef VOTUM_CLIENTS_AUDIT_RECOUNT_H_
#define VOTUM_CLIENTS_AUDIT_RECOUNT_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "clients/audit/archive.h"
#include "core/fold/envelope.h"
#include "crypto/keys.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::audit {

class Recount {
 public:
  // The ballots of one vote, counted again.
  struct Counted {
    bool right = false;
    // False for a vote that is not public, for an archive without openings, and for openings that
    // belong to no vote which is shown: `right` then says nothing.
    bool opened = false;
    std::string text;
  };

  // A record that is shown; all in order, before the openings.
  void AddRecord(uint64_t index, const Envelope& envelope);
  // An opening that gives its leaf.
  void AddOpening(const ArchivedOpening& opening);
  // Each established vote by roll call, in the order of the results; then the openings that belong
  // to none.
  std::vector<Counted> Finish() const;

 private:
  struct Key {
    std::string person_id;
    uint64_t enrolled_by = 0;  // the record
    crypto::PublicKey key;
  };
  struct Ballots;

  // Adds an opened record to the ballots of the vote that it must belong to; the fault, or "".
  std::string Take(const ArchivedOpening& opening, absl::string_view vote_event_id,
                   Ballots* ballots) const;
  // The fault in the signature of a record, or "".
  std::string WrongSignature(uint64_t index, const Envelope& envelope) const;
  Counted Count(uint64_t established_by, const meetings::v1::EstablishResult& result) const;

  std::map<std::string, Key> keys_;                            // by key id
  std::set<std::string> roll_calls_;                           // ids of votes
  std::map<uint64_t, meetings::v1::EstablishResult> results_;  // by index
  std::map<uint64_t, std::vector<ArchivedOpening>> openings_;  // by the record that made them
};

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_RECOUNT_H_
