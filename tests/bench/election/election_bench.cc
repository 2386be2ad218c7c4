// Benchmark of secret votes (yes, no, abstain): our code and belenios-tool in the same run on the
// same files: making a ballot, verifying ballots, tally and result. The tool only runs as a
// program, so its time for one ballot is the difference of two runs, with and without the ballot.
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "crypto/election/archive.h"
#include "crypto/election/ballot.h"
#include "crypto/election/tally.h"
#include "crypto/election/verify_archive.h"

namespace {

using namespace votum;            // NOLINT
using namespace votum::election;  // NOLINT

constexpr size_t kVoters = 1000;
constexpr size_t kVerified = 200;
constexpr int kRounds = 3;
constexpr double kLong = 3000;  // milliseconds from which one round must do

double Milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

// The shortest of a few rounds, because other programs on the machine only add time.
double Shortest(const std::function<void()>& work) {
  double shortest = Milliseconds(work);
  for (int i = 1; i < kRounds && shortest < kLong; ++i)
    shortest = std::min(shortest, Milliseconds(work));
  return shortest;
}

// The election of the bench and the folder in which belenios-tool finds it.
class Bench {
 public:
  Bench() : archive_(1795398172) {
    char folder[] = "/tmp/votum_election_bench.XXXXXX";
    folder_ = mkdtemp(folder);
    have_tool_ = std::system("command -v belenios-tool >/dev/null") == 0;
    ElectionDraft draft;
    draft.name = draft.description = "bench";
    draft.uuid = "AAAAAAAAAAAAAA";
    draft.questions = {{"Antrag annehmen?", {"Ja", "Nein", "Enthaltung"}, false, 1, 1}};
    election_ = std::make_unique<Election>(*Election::Make(draft, trustee_.public_part.public_key));
    std::vector<Element> keys;
    // The first voter has a code, so that the tool can cast that voter's ballot.
    voters_.push_back(*CredentialOfCode(draft.uuid, kCode));
    while (voters_.size() < kVoters) voters_.push_back(MakeCredential());
    for (const Credential& voter : voters_) keys.push_back(voter.public_key);
    archive_.AddSetup(election_->json(), Trustees::Format({trustee_.public_part}, {}),
                      CredentialList::Make(keys)->json());
  }
  ~Bench() { std::filesystem::remove_all(folder_); }

  void Making() {
    const double ours = Milliseconds([this] {
                          for (size_t i = 0; i < kVoters; ++i) {
                            ballots_.push_back(FormatBallot(*MakeBallot(
                                *election_, voters_[i], {{i % 3 == 0, i % 3 == 1, i % 3 == 2}})));
                          }
                        }) /
                        kVoters;
    Put(archive_.bytes());
    Write("code", kCode);
    Write("choice", "[[1,0,0]]");
    const double tool = Tool("election generate-ballot --privcred code --ballot choice") -
                        Tool("sha256-b64 < choice");
    Print("making a ballot", ours, tool);
  }

  void Verifying() {
    ArchiveWriter none = archive_;
    none.AddEndBallots();
    ArchiveWriter some = archive_;
    for (size_t i = 0; i < kVerified; ++i) some.AddBallot(ballots_[i]);
    some.AddEndBallots();
    Put(none.bytes());
    const double tool_none = Tool("election verify");
    Put(some.bytes());
    const double tool = (Tool("election verify") - tool_none) / kVerified;
    for (const unsigned threads : {1u, std::max(2u, std::thread::hardware_concurrency())}) {
      VerifyOptions options;
      options.threads = threads;
      const double ours = (Shortest([&] { VerifyArchive(some.bytes(), options); }) -
                           Shortest([&] { VerifyArchive(none.bytes(), options); })) /
                          kVerified;
      Print(threads == 1 ? "verifying a ballot, one thread" : "verifying a ballot, all processors",
            ours, tool);
    }
  }

  void Tallying() {
    ArchiveWriter ended = archive_;
    for (const std::string& ballot : ballots_) ended.AddBallot(ballot);
    ended.AddEndBallots();
    std::vector<Ballot> ballots;
    for (const std::string& text : ballots_) ballots.push_back(*ParseBallot(text));
    EncryptedTally tally;
    Result result;
    const double ours = Shortest([&] {
      tally = Tally(*election_, LastOfEach(ballots));
      result = CountedBy(tally);
    });
    const double with_reading = Shortest([&] {
      const Archive archive = *ReadArchive(ended.bytes());
      std::vector<Ballot> read;
      for (const EventGroup& group : archive.groups) {
        if (group.event.type == EventType::kBallot) {
          read.push_back(*ParseBallot(group.data[0].body));
        }
      }
      result = CountedBy(Tally(*election_, LastOfEach(read)));
    });
    Put(ended.bytes());
    Write("key", "\"" + trustee_.secret.ToDecimal() + "\"");
    const double compute = Tool("election compute-encrypted-tally");
    ended.AddEncryptedTally(FormatTally(tally), kVoters, kVoters);
    Put(ended.bytes());
    const double decrypt = Tool("election decrypt --privkey key --trustee-id 1");
    ended.AddPartialDecryption(1, FormatDecryption(Decrypt(*election_, tally, trustee_.secret)));
    Put(ended.bytes());
    const double tool = compute + decrypt + Tool("election compute-result");
    Print("tally and result of 1,000 verified ballots", ours, tool);
    Print("the same, reading the archive anew", with_reading, tool);
  }

 private:
  static constexpr char kCode[] = "tGy-RsT-H1x-p1t-RiK";

  Result CountedBy(const EncryptedTally& tally) const {
    Decryptions decryptions;
    decryptions.emplace(1, Decrypt(*election_, tally, trustee_.secret));
    return *CombineResult(*Trustees::Parse(Trustees::Format({trustee_.public_part}, {})), tally,
                          decryptions, kVoters);
  }

  void Write(const std::string& name, const std::string& text) const {
    if (!WriteFile(folder_ + "/" + name, text).ok()) std::abort();
  }
  void Put(const std::string& archive) const { Write("bench.bel", archive); }

  // Milliseconds of a run of belenios-tool; 0 without it.
  double Tool(const std::string& arguments) const {
    if (!have_tool_) return 0;
    const std::string command = "cd " + folder_ + " && BELENIOS_USE_URANDOM=1 belenios-tool " +
                                arguments + " >output 2>errors";
    return Shortest([&command] {
      if (std::system(command.c_str()) != 0) std::printf("failed: %s\n", command.c_str());
    });
  }

  void Print(const char* what, double ours, double tool) const {
    std::printf("election: %-45s %8.2f ms", what, ours);
    if (have_tool_) std::printf("; belenios-tool %8.2f ms: %.1f times", tool, tool / ours);
    std::printf("\n");
  }

  std::string folder_;
  bool have_tool_ = false;
  TrusteeKeyPair trustee_ = MakeTrusteeKey();
  std::unique_ptr<Election> election_;
  std::vector<Credential> voters_;
  std::vector<std::string> ballots_;
  ArchiveWriter archive_;
};

}  // namespace

int main() {
  Bench bench;
  bench.Making();
  bench.Verifying();
  bench.Tallying();
  return 0;
}
