// Archives that somebody changed, each in another way, and the code by which each is refused. They
// include manipulations that Debian's belenios-tool 2.0 accepts: ballots hidden before an early
// EndBallots, replayed ballots, and an encrypted tally that nobody recomputes.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "crypto/election/ballot_text.h"
#include "crypto/election/verify_archive.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/election/sample_election.h"

namespace votum::election {
namespace {

// Four voters: three vote, one of them twice; a single trustee and a group of three with threshold
// two.
struct Original {
  Original() : vote(OneQuestion(), MakeTestTrustees(2, 3), 4) {
    vote.Vote(0, {{1, 0, 0}});
    vote.Vote(1, {{0, 1, 0}});
    vote.Vote(0, {{0, 0, 1}});
    vote.Vote(2, {{1, 0, 0}});
    vote.Finish({1, 2, 4});
    archive = *ReadArchive(vote.archive.bytes());
  }

  TestElection vote;
  Archive archive;
};

Original& TheOriginal() {
  static Original original;
  return original;
}

// Positions of the events.
enum : size_t {
  kSetup,
  kFirst,
  kSecond,
  kRevote,
  kThird,
  kEnd,
  kTally,
  kDecryption1,
  kDecryption2,
  kDecryption4,
  kResult
};

using Groups = std::vector<EventGroup>;

std::string& Body(Groups& groups, size_t event, size_t data = 0) {
  return groups[event].data[data].body;
}

void Replace(std::string* text, const std::string& from, const std::string& to) {
  ASSERT_NE(text->find(from), std::string::npos) << from;
  text->replace(text->find(from), from.size(), to);
}

// Puts another encrypted tally, decryption, ... in the place of the one that the payload names.
void ReplaceNamed(Groups& groups, size_t event, const std::string& body) {
  const std::string old = crypto::ToHex(crypto::Sha256(Body(groups, event)));
  Body(groups, event) = body;
  Replace(&Body(groups, event, 1), old, crypto::ToHex(crypto::Sha256(body)));
}

void ReplaceSetup(Groups& groups, size_t data, const std::string& body) {
  const std::string old = crypto::ToHex(crypto::Sha256(Body(groups, kSetup, data)));
  Body(groups, kSetup, data) = body;
  Replace(&Body(groups, kSetup, 3), old, crypto::ToHex(crypto::Sha256(body)));
}

// A further ballot instead of the last, signed by `voter`.
void ReplaceBallot(Groups& groups, const Ballot& ballot) {
  Body(groups, kThird) = FormatBallot(ballot);
}

Ballot Resigned(Ballot ballot, const Credential& voter) {
  const std::string text = FormatBallot(ballot);
  ballot.hash = HashBase64(text.substr(0, text.find(",\"signature\":")) + "}");
  ballot.signature = ProveLog("sig|" + ballot.hash + "|", voter.secret);
  return ballot;
}

const TestElection& Vote() { return TheOriginal().vote; }

// A ballot for the first of three answers, with valid proofs, that anybody can read.
Ballot InTheClear(Ballot ballot, const Credential& voter) {
  const PowerTable& key = Vote().election.key();
  const std::string context = BallotContext(ballot.election_hash, voter.public_key);
  Answer& answer = ballot.answers[0];
  for (size_t i = 0; i < 3; ++i) {
    const Scalar message(i == 0 ? 1 : 0);
    answer.choices[i] = Encrypt(key, message, Scalar());
    answer.individual_proofs[i] = ProveOneOf(IntervalPrefix(context, answer.choices[i]), key,
                                             {{Scalar(), message, 0}, {Scalar(), message, 1}});
  }
  const Ciphertext sum = SumOfChoices(Vote().election.questions()[0], answer.choices);
  answer.overall_proof = ProveOneOf(IntervalPrefix(AnswerContext(context, answer.choices), sum),
                                    key, {{Scalar(), Scalar(1), 1}});
  return Resigned(ballot, voter);
}

// A number of Z_q increased by q, which is equivalent for readers that reduce modulo q.
std::string PlusOrder(const std::string& decimal) {
  constexpr char kOrder[] =
      "78571733251071885079927659812671450121821421258408794611510081919805623223441";
  std::string sum;
  int carry = 0;
  for (size_t i = 0; i < sizeof(kOrder) - 1 || i < decimal.size() || carry > 0; ++i) {
    if (i < sizeof(kOrder) - 1) carry += kOrder[sizeof(kOrder) - 2 - i] - '0';
    if (i < decimal.size()) carry += decimal[decimal.size() - 1 - i] - '0';
    sum.insert(sum.begin(), static_cast<char>('0' + carry % 10));
    carry /= 10;
  }
  return sum;
}
Ballot LastBallot() { return Vote().ballots[3]; }

PartialDecryption DecryptionAt(Groups& groups, size_t event) {
  return *ParseDecryption(Body(groups, event));
}

struct Case {
  const char* name;
  Reason reason;
  // Changes the events; the chain is then recomputed, as an attacker who controls the server would
  // do.
  std::function<void(Groups&)> change;
};

const Case kRewritten[] = {
    {"no events", Reason::kNotTallied, [](Groups& g) { g.clear(); }},
    {"still open", Reason::kNotTallied, [](Groups& g) { g.resize(kEnd); }},
    {"no tally", Reason::kNotTallied, [](Groups& g) { g.resize(kTally); }},
    {"no decryption", Reason::kNotTallied, [](Groups& g) { g.resize(kDecryption1); }},
    {"no result", Reason::kNotTallied, [](Groups& g) { g.resize(kResult); }},
    {"no setup", Reason::kUnexpectedEvent, [](Groups& g) { g.erase(g.begin()); }},
    {"second setup", Reason::kUnexpectedEvent,
     [](Groups& g) { g.insert(g.begin() + kEnd, g[kSetup]); }},
    {"early end", Reason::kUnexpectedEvent,
     [](Groups& g) { g.insert(g.begin() + kRevote, g[kEnd]); }},
    {"ballot after the end", Reason::kUnexpectedEvent,
     [](Groups& g) { std::swap(g[kThird], g[kEnd]); }},
    {"ballot after the tally", Reason::kUnexpectedEvent,
     [](Groups& g) { std::rotate(g.begin() + kThird, g.begin() + kEnd, g.begin() + kTally + 1); }},
    {"decryption before the end", Reason::kUnexpectedEvent,
     [](Groups& g) { g.insert(g.begin() + kEnd, g[kDecryption1]); }},
    {"second tally", Reason::kUnexpectedEvent,
     [](Groups& g) { g.insert(g.begin() + kTally, g[kTally]); }},
    {"second result", Reason::kUnexpectedEvent, [](Groups& g) { g.push_back(g[kResult]); }},
    {"shuffle", Reason::kUnsupportedEvent,
     [](Groups& g) {
       g.insert(g.begin() + kDecryption1, g[kTally]);
       g[kDecryption1].event.type = EventType::kShuffle;
     }},
    {"data that nothing names", Reason::kWrongData,
     [](Groups& g) { g[kFirst].data.insert(g[kFirst].data.begin(), g[kSecond].data[0]); }},
    {"end with data", Reason::kWrongData, [](Groups& g) { g[kEnd].data = g[kFirst].data; }},
    {"ballot without data", Reason::kWrongData, [](Groups& g) { g[kThird].data.clear(); }},
    {"setup without credentials", Reason::kWrongData,
     [](Groups& g) { g[kSetup].data.erase(g[kSetup].data.begin() + 2); }},
    {"setup not JSON", Reason::kBadJson, [](Groups& g) { Body(g, kSetup, 3) += "}"; }},
    {"setup with a member twice", Reason::kBadJson,
     [](Groups& g) { Body(g, kSetup, 3).insert(1, "\"election\":\"0\","); }},
    {"setup with a blank", Reason::kNotCanonical,
     [](Groups& g) { Body(g, kSetup, 3).insert(1, " "); }},
    {"hash in capitals", Reason::kWrongData,
     [](Groups& g) {
       std::string& setup = Body(g, kSetup, 3);
       const size_t hash = setup.find(':') + 2;
       setup.replace(hash, 64, absl::AsciiStrToUpper(setup.substr(hash, 64)));
     }},

    {"other election text", Reason::kWrongElection,
     [](Groups& g) {
       std::string election = Body(g, kSetup);
       Replace(&election, "annehmen", "ablehnen");
       ReplaceSetup(g, 0, election);
     }},
    {"other group", Reason::kUnsupportedGroup,
     [](Groups& g) {
       std::string election = Body(g, kSetup);
       Replace(&election, "BELENIOS-2048", "RFC-3526-2048");
       ReplaceSetup(g, 0, election);
     }},
    {"other kind of question", Reason::kUnsupportedQuestion,
     [](Groups& g) {
       std::string election = Body(g, kSetup);
       Replace(&election, "\"min\":1", "\"type\":\"NonHomomorphic\",\"min\":1");
       ReplaceSetup(g, 0, election);
     }},
    {"other trustees", Reason::kElectionKeyMismatch,
     [](Groups& g) { ReplaceSetup(g, 1, MakeTestTrustees(2, 3).json); }},
    {"trustee key without proof", Reason::kBadTrusteeProof,
     [](Groups& g) {
       std::string trustees = Body(g, kSetup, 1);
       Replace(&trustees, "\"response\":\"", "\"response\":\"1");
       trustees.erase(trustees.find("\"response\":\"1") + 30, 1);
       ReplaceSetup(g, 1, trustees);
     }},
    {"trustees with a line break", Reason::kNotCanonical,
     [](Groups& g) { ReplaceSetup(g, 1, Body(g, kSetup, 1) + "\n"); }},
    {"trustees behind a byte order mark", Reason::kBadJson,
     [](Groups& g) { ReplaceSetup(g, 1, "\xef\xbb\xbf" + Body(g, kSetup, 1)); }},
    {"trustee twice", Reason::kBadTrustees,
     [](Groups& g) {
       std::string trustees = Body(g, kSetup, 1);
       const size_t end = trustees.find(",[\"Pedersen\"");
       ReplaceSetup(g, 1, trustees.insert(end, "," + trustees.substr(1, end - 1)));
     }},
    {"trustee whose key is 1", Reason::kBadTrusteeKey,
     [](Groups& g) {
       std::string trustees = Body(g, kSetup, 1);
       const std::string one = FormatTrusteeKey(PublicPartOf(Scalar()));
       trustees.insert(trustees.find(",[\"Pedersen\""), ",[\"Single\"," + one + "]");
       ReplaceSetup(g, 1, trustees);
     }},
    {"no trustees", Reason::kBadJson, [](Groups& g) { ReplaceSetup(g, 1, "[]"); }},
    {"signatures of certificates taken away", Reason::kBadTrusteeSignature,
     [](Groups& g) {
       std::string trustees = Body(g, kSetup, 1);
       const size_t from = trustees.find(",\"signatures\":");
       trustees.erase(from, trustees.find(",\"verification_keys\"") - from);
       ReplaceSetup(g, 1, trustees);
     }},
    {"certificate changed", Reason::kBadTrusteeSignature,
     [](Groups& g) {
       std::string trustees = Body(g, kSetup, 1);
       Replace(&trustees, "\\\"index\\\":2", "\\\"index\\\":1");
       ReplaceSetup(g, 1, trustees);
     }},
    {"threshold lowered", Reason::kBadTrustees,
     [](Groups& g) {
       std::string trustees = Body(g, kSetup, 1);
       Replace(&trustees, "{\"threshold\":2", "{\"threshold\":1");
       ReplaceSetup(g, 1, trustees);
     }},
    {"credential twice", Reason::kDuplicateCredential,
     [](Groups& g) {
       const std::string key = Vote().voters[0].public_key.ToDecimal();
       ReplaceSetup(g, 2,
                    absl::StrReplaceAll(Body(g, kSetup, 2),
                                        {{Vote().voters[3].public_key.ToDecimal(), key}}));
     }},
    {"credential outside the group", Reason::kNotInGroup,
     [](Groups& g) {
       ReplaceSetup(g, 2,
                    absl::StrReplaceAll(Body(g, kSetup, 2),
                                        {{Vote().voters[3].public_key.ToDecimal(), "2"}}));
     }},
    {"credential 1", Reason::kBadCredential,
     [](Groups& g) {
       ReplaceSetup(g, 2,
                    absl::StrReplaceAll(Body(g, kSetup, 2),
                                        {{Vote().voters[3].public_key.ToDecimal(), "1"}}));
     }},
    {"credentials with a blank", Reason::kNotCanonical,
     [](Groups& g) { ReplaceSetup(g, 2, " " + Body(g, kSetup, 2)); }},
    {"credentials with an escape", Reason::kNotCanonical,
     [](Groups& g) {
       std::string list = Body(g, kSetup, 2);
       const auto digit = static_cast<int>(list[2]);
       list.replace(2, 1, absl::StrCat("\\u00", absl::Hex(digit)));
       ReplaceSetup(g, 2, list);
     }},
    {"weight with a sign", Reason::kBadCredential,
     [](Groups& g) {
       const std::string key = Vote().voters[2].public_key.ToDecimal();
       ReplaceSetup(g, 2, absl::StrReplaceAll(Body(g, kSetup, 2), {{key, key + ",+1"}}));
     }},
    {"weight 0", Reason::kBadCredential,
     [](Groups& g) {
       const std::string key = Vote().voters[2].public_key.ToDecimal();
       ReplaceSetup(g, 2, absl::StrReplaceAll(Body(g, kSetup, 2), {{key, key + ",0"}}));
     }},
    {"weight added", Reason::kWrongTotalWeight,
     [](Groups& g) {
       const std::string key = Vote().voters[2].public_key.ToDecimal();
       ReplaceSetup(g, 2, absl::StrReplaceAll(Body(g, kSetup, 2), {{key, key + ",5"}}));
     }},

    {"ballot not canonical", Reason::kBallotNotCanonical,
     [](Groups& g) { Replace(&Body(g, kThird), "\"answers\":", "\"answers\": "); }},
    {"ballot not JSON", Reason::kBadJson, [](Groups& g) { Body(g, kThird) = "{"; }},
    {"ballot with a leading zero", Reason::kNotAScalar,
     [](Groups& g) { Replace(&Body(g, kThird), "\"response\":\"", "\"response\":\"0"); }},
    {"ballot with a scalar of 256 bits", Reason::kNotAScalar,
     [](Groups& g) {
       // The same proof: q more.
       const std::string response = LastBallot().signature.response.ToDecimal();
       Replace(&Body(g, kThird), response, PlusOrder(response));
     }},
    {"ballot with a plus", Reason::kNotAScalar,
     [](Groups& g) { Replace(&Body(g, kThird), "\"response\":\"", "\"response\":\"+"); }},
    {"ballot with a member twice", Reason::kBadJson,
     [](Groups& g) { Body(g, kThird).insert(1, "\"election_uuid\":\"0\","); }},
    {"ballot that is not UTF-8", Reason::kBadJson,
     [](Groups& g) {
       Replace(&Body(g, kThird), "\"election_uuid\":\"", "\"election_uuid\":\"\xff");
     }},
    {"ballot with a line break", Reason::kBallotNotCanonical,
     [](Groups& g) { Body(g, kThird) += "\n"; }},
    {"ballot with a further member", Reason::kBadJson,
     [](Groups& g) { Body(g, kThird).insert(1, "\"weight\":5,"); }},
    {"ballots swapped between voters", Reason::kWrongBallotHash,
     [](Groups& g) {
       Ballot ballot = LastBallot();
       ballot.credential = Vote().voters[1].public_key;
       ReplaceBallot(g, ballot);
     }},
    {"ballot in the clear", Reason::kNotEncrypted,
     [](Groups& g) { ReplaceBallot(g, InTheClear(LastBallot(), Vote().voters[2])); }},
    {"ballot of a stranger", Reason::kUnknownCredential,
     [](Groups& g) {
       ReplaceBallot(g, *MakeBallot(Vote().election, MakeCredential(), {{1, 0, 0}}));
     }},
    {"ballot of another election", Reason::kWrongElection,
     [](Groups& g) {
       const auto other = Election::Make(OneQuestion(), Vote().trustees.public_key);
       ReplaceBallot(g, *MakeBallot(*other, Vote().voters[2], {{1, 0, 0}}));
     }},
    {"ballot not signed", Reason::kBadBallotSignature,
     [](Groups& g) { ReplaceBallot(g, Resigned(LastBallot(), Vote().voters[1])); }},
    {"ballot changed", Reason::kWrongBallotHash,
     [](Groups& g) {
       Ballot ballot = LastBallot();
       ballot.answers = Vote().ballots[0].answers;
       ReplaceBallot(g, ballot);
     }},
    {"ballot copied", Reason::kBadIndividualProof,
     [](Groups& g) {
       Ballot ballot = LastBallot();
       ballot.answers = Vote().ballots[0].answers;
       ReplaceBallot(g, Resigned(ballot, Vote().voters[2]));
     }},
    {"ballot that counts twice", Reason::kBadIndividualProof,
     [](Groups& g) {
       Ballot ballot = LastBallot();
       ballot.answers[0].choices[0].beta *= Element::Generator();
       ReplaceBallot(g, Resigned(ballot, Vote().voters[2]));
     }},
    {"ballot of too many choices", Reason::kBadOverallProof,
     [](Groups& g) {
       Ballot ballot = LastBallot();
       ballot.answers[0].overall_proof[0].challenge += Scalar(1);
       ReplaceBallot(g, Resigned(ballot, Vote().voters[2]));
     }},
    {"ballot outside the group", Reason::kNotInGroup,
     [](Groups& g) {
       Ballot ballot = LastBallot();
       ballot.answers[0].choices[1].alpha = *Element::FromDecimalUnchecked("7");
       ReplaceBallot(g, Resigned(ballot, Vote().voters[2]));
     }},
    {"ballot with an answer too many", Reason::kWrongShape,
     [](Groups& g) {
       Ballot ballot = LastBallot();
       ballot.answers.push_back(ballot.answers[0]);
       ReplaceBallot(g, Resigned(ballot, Vote().voters[2]));
     }},
    {"revote undone by a replay", Reason::kReplayedBallot,
     [](Groups& g) { g.insert(g.begin() + kEnd, g[kFirst]); }},
    {"revote undone by order", Reason::kWrongEncryptedTally,
     [](Groups& g) { std::swap(g[kFirst], g[kRevote]); }},
    {"ballot dropped", Reason::kWrongNumTallied, [](Groups& g) { g.erase(g.begin() + kThird); }},
    {"revote dropped", Reason::kWrongEncryptedTally,
     [](Groups& g) { g.erase(g.begin() + kRevote); }},

    {"tally of fewer", Reason::kWrongNumTallied,
     [](Groups& g) { Replace(&Body(g, kTally, 1), "\"num_tallied\":3", "\"num_tallied\":2"); }},
    {"tally of more weight", Reason::kWrongTotalWeight,
     [](Groups& g) { Replace(&Body(g, kTally, 1), "\"total_weight\":3", "\"total_weight\":4"); }},
    {"tally of one ballot", Reason::kWrongEncryptedTally,
     [](Groups& g) {
       ReplaceNamed(g, kTally, FormatTally({Vote().ballots[1].answers[0].choices}));
     }},
    {"tally not JSON", Reason::kBadJson, [](Groups& g) { Body(g, kTally, 1) = "[]"; }},
    {"tally with a number as text", Reason::kBadJson,
     [](Groups& g) { Replace(&Body(g, kTally, 1), "\"num_tallied\":3", "\"num_tallied\":\"3\""); }},
    {"tally with a weight as text", Reason::kNotCanonical,
     [](Groups& g) {
       Replace(&Body(g, kTally, 1), "\"total_weight\":3", "\"total_weight\":\"3\"");
     }},
    {"tally with the choices swapped", Reason::kWrongEncryptedTally,
     [](Groups& g) {
       EncryptedTally tally = Tally(Vote().election, LastOfEach(Vote().ballots));
       std::swap(tally[0][0], tally[0][1]);
       ReplaceNamed(g, kTally, FormatTally(tally));
     }},

    {"decryption of nobody", Reason::kUnknownTrustee,
     [](Groups& g) { Replace(&Body(g, kDecryption2, 1), "\"owner\":2", "\"owner\":5"); }},
    {"decryption of trustee 0", Reason::kUnknownTrustee,
     [](Groups& g) { Replace(&Body(g, kDecryption2, 1), "\"owner\":2", "\"owner\":0"); }},
    {"decryption of another", Reason::kBadDecryptionProof,
     [](Groups& g) { Replace(&Body(g, kDecryption2, 1), "\"owner\":2", "\"owner\":3"); }},
    {"decryption twice", Reason::kDuplicateDecryption,
     [](Groups& g) { g.insert(g.begin() + kResult, g[kDecryption1]); }},
    {"decryption with a blank", Reason::kNotCanonical,
     [](Groups& g) { Body(g, kDecryption2, 1).insert(1, " "); }},
    {"decryption with its members in another order", Reason::kNotCanonical,
     [](Groups& g) {
       const std::string& body = Body(g, kDecryption2);
       const size_t proofs = body.find(",\"decryption_proofs\"");
       ReplaceNamed(g, kDecryption2,
                    absl::StrCat("{", body.substr(proofs + 1, body.size() - proofs - 2), ",",
                                 body.substr(1, proofs - 1), "}"));
     }},
    {"decryption under another's number", Reason::kBadDecryptionProof,
     [](Groups& g) {
       std::swap(g[kDecryption2].data[1], g[kDecryption4].data[1]);
       std::swap(g[kDecryption2].data[0], g[kDecryption4].data[0]);
       Replace(&Body(g, kDecryption2, 1), "\"owner\":4", "\"owner\":2");
       Replace(&Body(g, kDecryption4, 1), "\"owner\":2", "\"owner\":4");
     }},
    {"decryption changed", Reason::kBadDecryptionProof,
     [](Groups& g) {
       PartialDecryption decryption = DecryptionAt(g, kDecryption1);
       decryption.factors[0][0] *= Element::Generator();
       ReplaceNamed(g, kDecryption1, FormatDecryption(decryption));
     }},
    {"decryption outside the group", Reason::kNotInGroup,
     [](Groups& g) {
       PartialDecryption decryption = DecryptionAt(g, kDecryption1);
       decryption.factors[0][0] = *Element::FromDecimalUnchecked("5");
       ReplaceNamed(g, kDecryption1, FormatDecryption(decryption));
     }},
    {"decryption of fewer choices", Reason::kWrongShape,
     [](Groups& g) {
       PartialDecryption decryption = DecryptionAt(g, kDecryption1);
       decryption.factors[0].pop_back();
       ReplaceNamed(g, kDecryption1, FormatDecryption(decryption));
     }},
    {"single trustee missing", Reason::kTooFewDecryptions,
     [](Groups& g) { g.erase(g.begin() + kDecryption1); }},
    {"threshold not reached", Reason::kTooFewDecryptions,
     [](Groups& g) { g.erase(g.begin() + kDecryption4); }},

    {"other result", Reason::kWrongResult,
     [](Groups& g) {
       Body(g, kResult) = FormatResult({{2, 0, 1}});
     }},
    {"shorter result", Reason::kWrongResult,
     [](Groups& g) {
       Body(g, kResult) = FormatResult({{1, 1}});
     }},
    {"result that is off by one", Reason::kWrongResult,
     [](Groups& g) {
       Body(g, kResult) = FormatResult({{1, 1, 2}});
     }},
    {"result in another order", Reason::kWrongResult,
     [](Groups& g) {
       Result result = Vote().result;
       std::rotate(result[0].begin(), result[0].begin() + 1, result[0].end());
       result[0][0] += 1;
       result[0][1] -= 1;
       Body(g, kResult) = FormatResult(result);
     }},
    {"result as text", Reason::kNotCanonical,
     [](Groups& g) { Replace(&Body(g, kResult), "[[1,", "[[\"1\","); }},
    {"result with a blank", Reason::kNotCanonical, [](Groups& g) { Body(g, kResult) += " "; }},
    {"result with a further member", Reason::kBadJson,
     [](Groups& g) { Body(g, kResult).insert(1, "\"invalid\":0,"); }},
    {"negative result", Reason::kBadJson,
     [](Groups& g) { Replace(&Body(g, kResult), "[[1,", "[[-1,"); }},
    {"result not JSON", Reason::kBadJson,
     [](Groups& g) { Body(g, kResult) = "{\"result\":[[1.0]]}"; }},
};

bool FailsWith(const ArchiveReport& report, Reason reason) {
  for (const Failure& failure : report.failures) {
    if (failure.reason == reason) return true;
  }
  return false;
}

std::string Codes(const ArchiveReport& report) {
  std::string codes;
  for (const Failure& failure : report.failures) {
    absl::StrAppend(&codes, failure.where, ": ", ReasonText(failure.reason), ": ", failure.message,
                    "\n");
  }
  return codes;
}

// Makes hashes, heights and chain fit the bodies.
std::string Rewritten(const Groups& groups) {
  Archive archive = TheOriginal().archive;
  archive.groups = groups;
  return ArchiveWriter(archive).bytes();
}

TEST(Tampering, TheOriginalHolds) {
  EXPECT_EQ(Codes(VerifyArchive(Rewritten(TheOriginal().archive.groups))), "");
  EXPECT_EQ(Rewritten(TheOriginal().archive.groups), Vote().archive.bytes());
}

TEST(Tampering, EveryKindHasItsCode) {
  for (const Case& test : kRewritten) {
    Groups groups = TheOriginal().archive.groups;
    test.change(groups);
    const ArchiveReport report = VerifyArchive(Rewritten(groups));
    EXPECT_TRUE(FailsWith(report, test.reason))
        << test.name << " should be " << ReasonText(test.reason) << " and is:\n"
        << Codes(report);
    EXPECT_FALSE(report.ok()) << test.name;
  }
}

TEST(Tampering, ThreadsChangeNothing) {
  for (const size_t i : {25, 35, 40, 45}) {
    Groups groups = TheOriginal().archive.groups;
    kRewritten[i].change(groups);
    VerifyOptions options;
    options.threads = 4;
    EXPECT_EQ(Codes(VerifyArchive(Rewritten(groups), options)),
              Codes(VerifyArchive(Rewritten(groups))));
  }
}

TEST(Tampering, WhatWasKnownIsMissed) {
  Groups groups = TheOriginal().archive.groups;
  VerifyOptions options;
  options.known_event = groups[kRevote].hash;
  options.known_ballots = 4;
  options.known_voters = 4;
  EXPECT_EQ(Codes(VerifyArchive(Rewritten(groups), options)), "");
  // A whole consistent election in which the revote never happened.
  TestElection other(OneQuestion(), Vote().trustees, 3);
  // Here nobody has the fourth credential.
  for (size_t i = 0; i < 3; ++i) other.Vote(i, {{1, 0, 0}});
  other.Finish({1, 3, 4});
  EXPECT_EQ(Codes(VerifyArchive(other.archive.bytes())), "");
  const ArchiveReport report = VerifyArchive(other.archive.bytes(), options);
  EXPECT_TRUE(FailsWith(report, Reason::kKnownEventMissing));
  EXPECT_TRUE(FailsWith(report, Reason::kWrongNumberOfBallots));
  EXPECT_TRUE(FailsWith(report, Reason::kWrongNumberOfVoters));
}

}  // namespace
}  // namespace votum::election
