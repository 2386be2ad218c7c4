#include "crypto/tlog/policy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::crypto {
namespace {

constexpr absl::string_view kNone = "none";
constexpr absl::string_view kAll = "all";
constexpr absl::string_view kAny = "any";

absl::Status BadPolicy(absl::string_view why) { return Refuse(Reason::kBadPolicy, why); }

// Tab, newline, printable ASCII, and bytes beyond ASCII, which have no special meaning.
bool IsPolicyByte(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return byte == '\t' || byte == '\n' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace

// Builds a policy line by line.
class PolicyParser {
 public:
  absl::Status AddLine(absl::string_view line) {
    const std::vector<absl::string_view> items =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (items.empty() || items[0][0] == '#') return absl::OkStatus();
    struct Keyword {
      absl::string_view word;
      absl::Status (PolicyParser::*add)(const std::vector<absl::string_view>& items);
      size_t least_items;
      size_t most_items;
      absl::string_view form;
    };
    static constexpr Keyword kKeywords[] = {
        {"log", &PolicyParser::AddLog, 2, 3, "log <vkey> [<url>]"},
        {"witness", &PolicyParser::AddWitness, 3, 4, "witness <name> <vkey> [<url>]"},
        {"group", &PolicyParser::AddGroup, 4, ~size_t{0}, "group <name> all|any|<k> <member>..."},
        {"quorum", &PolicyParser::SetQuorum, 2, 2, "quorum <name>|none"}};
    for (const Keyword& keyword : kKeywords) {
      if (items[0] != keyword.word) continue;
      if (items.size() < keyword.least_items || items.size() > keyword.most_items) {
        return BadPolicy(absl::StrCat("the form is: ", keyword.form));
      }
      return (this->*keyword.add)(items);
    }
    return BadPolicy("a line begins with log, witness, group, quorum or #");
  }

  absl::StatusOr<Policy> Finish() {
    if (!has_quorum_) {
      return BadPolicy("there is no quorum line; \"quorum none\" asks for no witness");
    }
    return std::move(policy_);
  }

 private:
  absl::Status AddLog(const std::vector<absl::string_view>& items) {
    absl::StatusOr<NoteVerifier> verifier = NoteVerifier::FromVkey(items[1]);
    if (!verifier.ok()) return BadPolicy(verifier.status().message());
    for (const PolicyLog& log : policy_.logs_) {
      if (log.verifier.key() == verifier->key()) return BadPolicy("this log key was there before");
      if (log.verifier.name() == verifier->name() && log.verifier.key_id() == verifier->key_id()) {
        return BadPolicy("another log key has this name and ID");
      }
    }
    policy_.logs_.push_back(
        {*std::move(verifier), std::string(items.size() > 2 ? items[2] : absl::string_view())});
    return absl::OkStatus();
  }

  absl::Status AddWitness(const std::vector<absl::string_view>& items) {
    absl::StatusOr<CosignatureVerifier> verifier = CosignatureVerifier::FromVkey(items[2]);
    if (!verifier.ok()) return BadPolicy(verifier.status().message());
    for (const PolicyWitness& witness : policy_.witnesses_) {
      if (witness.verifier.key() == verifier->key()) {
        return BadPolicy("this witness key was there before");
      }
      if (witness.verifier.name() == verifier->name() &&
          witness.verifier.key_id() == verifier->key_id()) {
        return BadPolicy("another witness key has this name and ID");
      }
    }
    RETURN_IF_ERROR(AddName({std::string(items[1]), policy_.witnesses_.size(), 1, {}, false}));
    policy_.witnesses_.push_back({std::string(items[1]), *std::move(verifier),
                                  std::string(items.size() > 3 ? items[3] : absl::string_view())});
    return absl::OkStatus();
  }

  absl::Status AddGroup(const std::vector<absl::string_view>& items) {
    Policy::Named group;
    group.name = std::string(items[1]);
    for (size_t i = 3; i < items.size(); ++i) {
      ASSIGN_OR_RETURN(const size_t member, Find(items[i]));
      if (policy_.named_[member].is_member) {
        return BadPolicy(absl::StrCat(items[i], " is a member already; it can count once only"));
      }
      policy_.named_[member].is_member = true;
      group.members.push_back(member);
    }
    const size_t count = group.members.size();
    const std::optional<uint64_t> number = ParseDecimal(items[2]);
    if (items[2] == kAll) {
      group.threshold = count;
    } else if (items[2] == kAny) {
      group.threshold = 1;
    } else if (number.has_value() && *number >= 1 && *number <= count) {
      group.threshold = static_cast<size_t>(*number);
    } else {
      return BadPolicy(absl::StrCat("how many members are needed: all, any, or 1 to ", count));
    }
    return AddName(std::move(group));
  }

  absl::Status SetQuorum(const std::vector<absl::string_view>& items) {
    if (has_quorum_) return BadPolicy("there was a quorum line before");
    has_quorum_ = true;
    if (items[1] == kNone) return absl::OkStatus();
    ASSIGN_OR_RETURN(policy_.quorum_, Find(items[1]));
    return absl::OkStatus();
  }

  absl::Status AddName(Policy::Named named) {
    if (named.name == kNone) return BadPolicy("no witness and no group may be called none");
    if (Find(named.name).ok()) return BadPolicy(absl::StrCat(named.name, " was defined before"));
    policy_.named_.push_back(std::move(named));
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> Find(absl::string_view name) const {
    for (size_t i = 0; i < policy_.named_.size(); ++i) {
      if (policy_.named_[i].name == name) return i;
    }
    return BadPolicy(absl::StrCat("no line before defines ", name));
  }

  Policy policy_;
  bool has_quorum_ = false;
};

absl::StatusOr<Policy> Policy::Parse(absl::string_view text) {
  if (text.size() > kMaxPolicyBytes) {
    return BadPolicy(absl::StrCat("the policy is larger than ", kMaxPolicyBytes, " bytes"));
  }
  PolicyParser parser;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const absl::string_view line = text.substr(0, end);
    absl::Status added = end == absl::string_view::npos
                             ? BadPolicy("the last line does not end in a newline")
                         : std::all_of(line.begin(), line.end(), IsPolicyByte)
                             ? parser.AddLine(line)
                             : BadPolicy("it has a control character");
    if (!added.ok()) return BadPolicy(absl::StrCat("line ", number, ": ", added.message()));
    text.remove_prefix(end + 1);
  }
  return parser.Finish();
}

bool Policy::IsQuorum(const std::vector<bool>& witnessed) const {
  if (!quorum_.has_value()) return true;
  // Members are listed before their groups, so one pass is enough.
  std::vector<bool> holds(named_.size());
  for (size_t i = 0; i < named_.size(); ++i) {
    const Named& named = named_[i];
    if (named.witness.has_value()) {
      holds[i] = *named.witness < witnessed.size() && witnessed[*named.witness];
      continue;
    }
    const auto count = std::count_if(named.members.begin(), named.members.end(),
                                     [&holds](size_t member) { return holds[member]; });
    holds[i] = static_cast<size_t>(count) >= named.threshold;
  }
  return holds[*quorum_];
}

absl::StatusOr<WitnessedCheckpoint> Policy::Open(absl::string_view note) const {
  std::vector<NoteVerifier> keys;
  for (const PolicyLog& log : logs_) keys.push_back(log.verifier);
  ASSIGN_OR_RETURN(const OpenedNote opened, OpenNote(note, keys));
  WitnessedCheckpoint result;
  ASSIGN_OR_RETURN(result.checkpoint, Checkpoint::Parse(opened.text));
  const auto log = std::find_if(logs_.begin(), logs_.end(), [&](const PolicyLog& candidate) {
    return candidate.verifier.name() == result.checkpoint.origin &&
           std::any_of(opened.verified.begin(), opened.verified.end(),
                       [&](const NoteSignature& s) { return candidate.verifier.Knows(s); });
  });
  if (log == logs_.end()) {
    return Refuse(Reason::kWrongOrigin,
                  absl::StrCat("the checkpoint is of log ", result.checkpoint.origin,
                               ", and signed by another one"));
  }
  result.log = static_cast<size_t>(log - logs_.begin());
  for (size_t i = 0; i < witnesses_.size(); ++i) {
    std::optional<uint64_t> latest;
    for (const NoteSignature& signature : opened.unverified) {
      if (!witnesses_[i].verifier.Knows(signature)) continue;
      ASSIGN_OR_RETURN(const uint64_t time,
                       witnesses_[i].verifier.Verify(opened.text, signature.signature));
      latest = std::max(latest.value_or(0), time);
    }
    if (latest.has_value()) result.cosigned.push_back({i, *latest});
  }
  return result;
}

absl::StatusOr<WitnessedCheckpoint> Policy::Verify(absl::string_view note) const {
  ASSIGN_OR_RETURN(WitnessedCheckpoint opened, Open(note));
  std::vector<bool> witnessed(witnesses_.size());
  for (const Cosigned& cosigned : opened.cosigned) witnessed[cosigned.witness] = true;
  if (!IsQuorum(witnessed)) {
    return Refuse(Reason::kNoQuorum,
                  absl::StrCat("of ", witnesses_.size(), " witnesses ", opened.cosigned.size(),
                               " have cosigned the checkpoint of size ", opened.checkpoint.size,
                               ", which the policy does not take for a quorum"));
  }
  return opened;
}

}  // namespace votum::crypto
