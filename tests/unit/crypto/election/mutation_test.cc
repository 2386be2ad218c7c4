// Every field of every text of a small archive, changed in many ways by an attacker who controls
// the server, holds one voter's credential and is one of the trustees: hashes, chain and the
// attacker's own signatures are recomputed. Each such archive is refused, or has the same meaning
// as the original.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "crypto/election/verify_archive.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/crypto/election/sample_election.h"

namespace votum::election {
namespace {

using Json = nlohmann::ordered_json;
using Groups = std::vector<EventGroup>;

// Two voters, three ballots; a single trustee and a group of two others with threshold two, the
// first of whom cheats.
struct Original {
  Original() : vote(Draft(), MakeTestTrustees(2, 2), 2) {
    vote.Vote(0, {{0, 1}, {1, 0}});
    vote.Vote(1, {{1, 0}, {0, 1}});
    vote.Vote(0, {{0, 0}, {0, 1}});
    vote.Finish({1, 2, 3});
    archive = *ReadArchive(vote.archive.bytes());
  }

  static ElectionDraft Draft() {
    ElectionDraft draft = OneQuestion();
    draft.questions = {{"Antrag?", {"Ja"}, true, 0, 1},
                       {"Wer?", {"Ağaoğlu", "Ćosić"}, false, 1, 1}};
    return draft;
  }

  TestElection vote;
  Archive archive;
};

const Original& TheOriginal() {
  static const Original original;
  return original;
}

// Positions of the events.
enum : size_t { kSetup, kFirst, kSecond, kRevote, kEnd, kTally, kDecryption };

bool IsNumber(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// Other texts than this one: of other values, and other texts of the same value.
std::vector<Json> OtherStrings(const std::string& text) {
  std::vector<Json> others = {"", text + " ", 1};
  if (!IsNumber(text)) {
    if (text.empty()) return others;
    others.insert(others.end(), {"a" + text, text + "a", text + text});
    return others;
  }
  std::string next = text;
  next.back() = next.back() == '9' ? '8' : static_cast<char>(next.back() + 1);
  others.insert(others.end(), {next, "0" + text, "-" + text, text + "0", "0", "1"});
  if (const auto scalar = Scalar::FromDecimal(text); scalar.ok()) {
    others.push_back((Scalar() - *scalar).ToDecimal());
  }
  if (const auto element = Element::FromDecimal(text); element.ok() && text.size() > 100) {
    others.push_back(element->Inverse().ToDecimal());
    others.push_back((*element * Element::Generator()).ToDecimal());
    // Multiplies by p - 1, which has order 2; proofs do not detect this unless group membership is
    // checked.
    const Element minus_one = *Element::FromDecimalUnchecked(
        "206947856914225464010136436575050080649229892957511040971008847870573742192427174019222372"
        "5"
        "449768433812906663313807895840496005438963628979639303877390572280360597374942767137677761"
        "8"
        "898589872735865049081167099310535867780980030790491654063777173764198678527273474476341835"
        "6"
        "000356983051931442845617019110007867373073335641239717328979132404745788344682606523279746"
        "4"
        "795113767265869358218004631792207366886005262718636338608879688212076943236614949100292344"
        "4"
        "346373222145884100586421050242120365433561201320481118852408731077014151666200162313177169"
        "3"
        "7218924807850711827842317498073276598828825169183103125680162072880718");
    others.push_back((*element * minus_one).ToDecimal());
  }
  return others;
}

std::vector<Json> OtherLists(const Json& list) {
  std::vector<Json> others = {Json::array(), Json::object()};
  if (list.empty()) return others;
  Json shorter = list;
  shorter.erase(shorter.size() - 1);
  Json without_first = list;
  without_first.erase(0);
  Json longer = list;
  longer.push_back(list.back());
  others.insert(others.end(), {shorter, without_first, longer});
  for (size_t i = 0; i + 1 < list.size(); ++i) {
    Json swapped = list;
    std::swap(swapped[i], swapped[i + 1]);
    others.push_back(swapped);
  }
  return others;
}

std::vector<Json> OtherObjects(const Json& object) {
  std::vector<Json> others = {Json::array()};
  Json more = object;
  more["unknown"] = 1;
  others.push_back(more);
  Json backwards = Json::object();
  for (auto member = object.rbegin(); member != object.rend(); ++member) {
    backwards[member.key()] = member.value();
  }
  others.push_back(backwards);
  for (const auto& [name, value] : object.items()) {
    Json fewer = object;
    fewer.erase(name);
    others.push_back(fewer);
  }
  if (object.size() == 2) {
    Json swapped = object;
    std::swap(swapped.begin().value(), std::next(swapped.begin()).value());
    others.push_back(swapped);
  }
  return others;
}

std::vector<Json> Others(const Json& value) {
  std::vector<Json> others;
  if (value.is_string()) others = OtherStrings(value.get<std::string>());
  if (value.is_array()) others = OtherLists(value);
  if (value.is_object()) others = OtherObjects(value);
  if (value.is_boolean()) others = {!value.get<bool>(), 1};
  if (value.is_number()) {
    const auto number = value.get<int64_t>();
    others = {number + 1,      number - 1, 0, -number - 1, number + 0.5, std::to_string(number),
              int64_t{1} << 40};
  }
  others.push_back(nullptr);
  return others;
}

// The document with one value in it, at any depth, replaced.
std::vector<Json> Mutants(const Json& document) {
  std::vector<Json> mutants = Others(document);
  if (!document.is_structured()) return mutants;
  for (const auto& [place, value] : document.items()) {
    for (Json& inner : Mutants(value)) {
      Json mutant = document;
      (document.is_array() ? mutant[std::stoul(place)] : mutant[place]) = std::move(inner);
      mutants.push_back(std::move(mutant));
    }
  }
  return mutants;
}

// The meaning of an archive: the election, the voters with their weights, the decrypting trustees,
// the counted ballots, and the result.
using Meaning = std::tuple<std::string, std::set<std::pair<std::string, uint64_t>>,
                           std::vector<std::pair<uint64_t, std::vector<std::string>>>,
                           std::set<std::string>, std::vector<std::vector<uint64_t>>>;

Meaning MeaningOf(const Archive& archive, const ArchiveReport& report) {
  Meaning meaning;
  auto& [election, voters, trustees, ballots, result] = meaning;
  election = report.fingerprint;
  const EventGroup& setup = archive.groups[kSetup];
  const CredentialList list = *CredentialList::Parse(setup.data[2].body);
  for (const RegisteredCredential& voter : list.credentials()) {
    voters.emplace(voter.public_key.ToDecimal(), voter.weight);
  }
  const Trustees read = *Trustees::Parse(setup.data[1].body);
  for (const Trustees::Group& group : read.groups()) {
    auto& keys = trustees.emplace_back(group.threshold, std::vector<std::string>()).second;
    for (const Element& key : group.keys) keys.push_back(key.ToDecimal());
  }
  std::map<std::string, std::string> last;
  for (const EventGroup& group : archive.groups) {
    if (group.event.type != EventType::kBallot) continue;
    const std::string& text = group.data[0].body;
    last[ParseBallot(text)->credential.ToDecimal()] = Tracker(text);
  }
  for (const auto& [credential, tracker] : last) ballots.insert(tracker);
  result = *report.result;
  return meaning;
}

const Meaning& TheMeaning() {
  static const Meaning meaning =
      MeaningOf(TheOriginal().archive, VerifyArchive(TheOriginal().vote.archive.bytes()));
  return meaning;
}

struct Tried {
  size_t refused = 0;
  size_t equal = 0;
};

// Verifies the archive of these events, with the chain made anew.
void Try(const Groups& groups, absl::string_view what, Tried* tried) {
  Archive archive = TheOriginal().archive;
  archive.groups = groups;
  const std::string bytes = ArchiveWriter(archive).bytes();
  VerifyOptions options;
  options.threads = 2;
  const ArchiveReport report = VerifyArchive(bytes, options);
  if (!report.ok()) {
    ++tried->refused;
    return;
  }
  ++tried->equal;
  EXPECT_EQ(MeaningOf(*ReadArchive(bytes), report), TheMeaning()) << what;
}

std::string HashOf(const std::string& body) { return crypto::ToHex(crypto::Sha256(body)); }

// Tries every mutant of one body; the payload that names it by its hash is made to fit.
Tried TryMutantsOf(size_t event, size_t data, const std::vector<Json>& mutants) {
  Tried tried;
  const Groups& original = TheOriginal().archive.groups;
  const std::string& old = original[event].data[data].body;
  for (const Json& mutant : mutants) {
    const std::string body = mutant.dump();
    if (body == old) continue;
    Groups groups = original;
    groups[event].data[data].body = body;
    std::string& payload = groups[event].data.back().body;
    const size_t named = payload.find(HashOf(old));
    if (named != std::string::npos) payload.replace(named, 64, HashOf(body));
    Try(groups, body.substr(0, 300), &tried);
  }
  return tried;
}

Tried TryMutantsOf(size_t event, size_t data) {
  return TryMutantsOf(event, data,
                      Mutants(Json::parse(TheOriginal().archive.groups[event].data[data].body)));
}

bool IsValid(const std::string& text) {
  const auto ballot = ParseBallot(text);
  return ballot.ok() && VerifyBallot(TheOriginal().vote.election, *ballot).ok() &&
         TheOriginal().vote.list.IndexOf(ballot->credential.ToDecimal()) >= 0;
}

TEST(Mutation, TheOriginalHolds) {
  Tried tried;
  Try(TheOriginal().archive.groups, "original", &tried);
  EXPECT_EQ(tried.equal, 1u);
}

TEST(Mutation, OfTheElection) {
  // Every change gives another fingerprint, which the ballots do not name.
  EXPECT_EQ(TryMutantsOf(kSetup, 0).equal, 0u);
}

TEST(Mutation, OfTheTrustees) { EXPECT_GT(TryMutantsOf(kSetup, 1).refused, 300u); }

TEST(Mutation, OfTheVoters) { EXPECT_GT(TryMutantsOf(kSetup, 2).refused, 20u); }

TEST(Mutation, OfTheSetup) { EXPECT_GT(TryMutantsOf(kSetup, 3).refused, 20u); }

// Changes by others, and changes by the voter, who can sign the changed ballot.
TEST(Mutation, OfABallot) {
  const TestElection& vote = TheOriginal().vote;
  const std::string& text = TheOriginal().archive.groups[kRevote].data[0].body;
  const Json signature = Json::parse(text)["signature"];
  size_t resigned = 0;
  for (Json& mutant : Mutants(Json::parse(text))) {
    EXPECT_FALSE(IsValid(mutant.dump())) << mutant.dump();
    if (!mutant.is_object() || !mutant.contains("signature") || mutant["signature"] != signature) {
      continue;
    }
    mutant.erase("signature");
    const std::string hash = HashBase64(mutant.dump());
    const Proof proof = ProveLog("sig|" + hash + "|", vote.voters[0].secret);
    mutant["signature"] = {{"hash", hash}, {"proof", Json::parse(FormatProof(proof))}};
    EXPECT_FALSE(IsValid(mutant.dump())) << mutant.dump();
    ++resigned;
  }
  EXPECT_GT(resigned, 500u);
  EXPECT_TRUE(IsValid(text));
  // An archive with such a ballot is rejected too.
  std::vector<Json> some = {Json::parse(text)};
  some[0]["answers"][1]["overall_proof"][0]["response"] = "1";
  EXPECT_EQ(TryMutantsOf(kRevote, 0, some).refused, 1u);
}

// The keys of the first threshold trustee, changed and signed again by that trustee. The others
// have not signed them, as they would in version 3.
TEST(Mutation, OfWhatATrusteeSigns) {
  Json trustees = Json::parse(TheOriginal().archive.groups[kSetup].data[1].body);
  Json& threshold = trustees[1][1];
  threshold.erase("signatures");
  for (Json& key : threshold["verification_keys"]) key.erase("signature");
  const Scalar& signing = TheOriginal().vote.trustees.identities[0].signing;
  std::vector<Json> mutants = {trustees};
  for (const char* name : {"certs", "coefexps"}) {
    const auto message = threshold[name][0]["message"].get<std::string>();
    for (const Json& changed : Mutants(Json::parse(message))) {
      Json mutant = trustees;
      mutant[1][1][name][0] =
          Json::parse(FormatSignedMessage(SignMessage(signing, changed.dump())));
      mutants.push_back(std::move(mutant));
    }
  }
  const Tried tried = TryMutantsOf(kSetup, 1, mutants);
  EXPECT_GT(tried.refused, 50u);
  // Without the signatures of version 3; with another key for the ceremony's messages, which was
  // over by then; members in another order.
  EXPECT_GT(tried.equal, 2u);
}

TEST(Mutation, OfTheTally) {
  EXPECT_EQ(TryMutantsOf(kTally, 0).equal, 0u);
  EXPECT_GT(TryMutantsOf(kTally, 1).refused, 20u);
}

TEST(Mutation, OfADecryption) {
  EXPECT_GT(TryMutantsOf(kDecryption, 0).refused, 100u);
  EXPECT_GT(TryMutantsOf(kDecryption, 1).refused, 10u);
}

TEST(Mutation, OfTheResult) {
  EXPECT_GT(TryMutantsOf(TheOriginal().archive.groups.size() - 1, 0).refused, 20u);
}

// Events left out, repeated, moved.
TEST(Mutation, OfTheEvents) {
  const Groups& original = TheOriginal().archive.groups;
  Tried tried;
  for (size_t i = 0; i < original.size(); ++i) {
    Groups groups = original;
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(i));
    Try(groups, absl::StrCat("without event ", i), &tried);
    for (size_t j = 0; j <= original.size(); ++j) {
      groups = original;
      groups.insert(groups.begin() + static_cast<std::ptrdiff_t>(j), original[i]);
      Try(groups, absl::StrCat("event ", i, " again at ", j), &tried);
    }
    for (size_t j = 0; j < original.size(); ++j) {
      groups = original;
      groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(i));
      groups.insert(groups.begin() + static_cast<std::ptrdiff_t>(j), original[i]);
      if (i != j) Try(groups, absl::StrCat("event ", i, " moved to ", j), &tried);
    }
  }
  EXPECT_GT(tried.refused, 150u);
  EXPECT_GT(tried.equal, 0u);  // decryptions in another order
}

}  // namespace
}  // namespace votum::election
