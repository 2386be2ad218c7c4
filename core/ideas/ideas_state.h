// All that the domain of ideas remembers. A copy shares its entries.
#ifndef VOTUM_CORE_IDEAS_IDEAS_STATE_H_
#define VOTUM_CORE_IDEAS_IDEAS_STATE_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "core/describe.h"
#include "core/packed.h"
#include "core/table.h"
#include "crypto/hash.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum::ideas {

// The part of an idea that is read when it is shown. Bytes are in binary.
struct IdeaDetails {
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
  v1::SubmitterGroup group = v1::SUBMITTER_GROUP_UNSPECIFIED;
  std::string origin;
  // The reference to the text.
  std::string commitment;
  std::string subject;
  std::string media_type;     // empty for kPlainText
  std::string recorder_id;    // empty where the submitter wrote it down
  std::string submitter_key;  // the bytes of the key's id; empty where somebody else wrote it down
  absl::Time created;
  uint64_t index = 0;
  std::string import_source;
  std::string import_key;
  uint64_t agree_count = 0;
  uint64_t disagree_count = 0;
  std::vector<std::string> sources;
  std::vector<std::string> successors;
  std::vector<v1::Moderation> moderations;  // oldest first
  VOTUM_FIELDS(channel, group, origin, commitment, subject, media_type, recorder_id, submitter_key,
               created, index, import_source, import_key, agree_count, disagree_count, sources,
               successors, moderations)
};

// An idea. By state and verdict, lists are filtered; anybody may send in ideas, and few of them are
// read, so the rest is packed.
struct IdeaEntry {
  v1::IdeaState state = v1::IDEA_STATE_UNSPECIFIED;
  v1::ModerationVerdict verdict = v1::MODERATION_VERDICT_UNSPECIFIED;  // the newest, if any
  Packed<IdeaDetails> details;
  VOTUM_FIELDS(state, verdict, details)
};

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
  Table<std::string, IdeaEntry> ideas;                 // by id
  Table<crypto::Digest, std::string> idea_of_receipt;  // by digest of the receipt code
  Table<std::string, Table<std::string, std::string>> idea_of_import;  // by source, then by key
  Table<std::string, RoundEntry> rounds;                               // by id
  Table<std::string, RoundUrn> urns;                                   // by round, one for each
  VOTUM_FIELDS(ideas, idea_of_receipt, idea_of_import, rounds, urns)
};

}  // namespace votum::ideas

#endif  // VOTUM_CORE_IDEAS_IDEAS_STATE_H_
