// All that the domain of ideas remembers. A copy shares its entries.
#ifndef VOTUM_CORE_IDEAS_IDEAS_STATE_H_
#define VOTUM_CORE_IDEAS_IDEAS_STATE_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/describe.h"
#include "core/table.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum::ideas {

// A ranking in 2 bytes an idea, as ranking::Encode makes it: an idea is its place in the list of
// the round, and the status quo, where it is an option, comes after all ideas.
using CodedRanking = std::vector<uint16_t>;

// Ballots do not change it: a round can have 2,000 ideas, and a changed entry may have to be copied.
struct RoundEntry {
  v1::Round round;                         // with rankings once they are established
  Table<std::string, uint16_t> option_of;  // idea or status quo: its number in coded rankings
  Table<std::string, Table<std::string, std::monostate>> codes;  // by group: ids of voting keys
  VOTUM_FIELDS(round, option_of, codes)
};

struct PendingPaper {
  std::string group_id;
  std::string recorder_id;
  CodedRanking ranking;  // tiers as they were read, in no order of their own
  VOTUM_FIELDS(group_id, recorder_id, ranking)
};

// The choices of a round, which nobody sees while it is open.
struct RoundUrn {
  // By group, then by voter: a person's id, "code:" and the id of a key, or "paper:" and the number
  // of a paper ballot. The ideas of a tier stand in the order of the round.
  Table<std::string, Table<std::string, CodedRanking>> ballots;
  Table<std::string, PendingPaper> pending_papers;  // by paper number
  VOTUM_FIELDS(ballots, pending_papers)
};

struct IdeasState {
  Table<std::string, v1::Idea> ideas;               // by id
  Table<std::string, std::string> idea_of_receipt;  // by digest of the receipt code
  Table<std::string, Table<std::string, std::string>> idea_of_import;  // by source, then by key
  Table<std::string, RoundEntry> rounds;                               // by id
  Table<std::string, RoundUrn> urns;                                   // by round, one for each
  VOTUM_FIELDS(ideas, idea_of_receipt, idea_of_import, rounds, urns)
};

}  // namespace votum::ideas

#endif  // VOTUM_CORE_IDEAS_IDEAS_STATE_H_
