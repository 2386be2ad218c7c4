// A ledger in one process, for tests that break its system calls.
//
//   append_tool append FOLDER COUNT   appends COUNT commands one after the other, and prints a line
//                                     "ack INDEX SHA256-OF-RECORD CHECKPOINT" for each receipt, the
//                                     checkpoint in Base64
//   append_tool check FOLDER ACKS     opens the log again and checks that each line of the file
//                                     ACKS is still true: the record is there, and the checkpoint
//                                     is one of this log's past. Prints the size.
//   append_tool read FOLDER DATABASE  opens a database of the folder as any other program would, reads
//                                     it, and closes it
//
// Exit codes: 0; 1 for a violated guarantee; 70 where the ledger stopped itself.
#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/secret.h"
#include "ledger/ledger.h"
#include "ledger/sqlite_checkpoint_store.h"
#include "ledger/sqlite_store.h"
#include "votum/meetings/v1/voting.pb.h"

namespace {

using namespace votum;  // NOLINT: a tool of one file

constexpr char kOrigin[] = "votum.test/log";
constexpr int kStopped = 70;

crypto::NoteSigner Signer() {
  const auto seed = crypto::SecretBytes::CopyOf(std::string(32, 's'));
  return *crypto::NoteSigner::Create(kOrigin, *crypto::PrivateKey::FromEd25519Seed(seed));
}

[[noreturn]] void Stop(const absl::Status& why) {
  std::cerr << why.ToString() << std::endl;
  std::_Exit(kStopped);
}

std::unique_ptr<ledger::Ledger> Open(const std::string& folder, Clock* clock) {
  auto entries = ledger::SqliteStore::Open(folder + "/entries.db");
  if (!entries.ok()) Stop(entries.status());
  auto checkpoints = ledger::SqliteCheckpointStore::Open(folder + "/checkpoint.db");
  if (!checkpoints.ok()) Stop(checkpoints.status());
  ledger::LedgerConfig config;
  config.clock = clock;
  config.fatal = Stop;
  auto opened =
      ledger::Ledger::Open(*std::move(entries), *std::move(checkpoints), Signer(),
                           crypto::SecretBytes::CopyOf(std::string(32, 'k')), std::move(config));
  if (!opened.ok()) Stop(opened.status());
  return *std::move(opened);
}

std::string DigestOf(const std::string& record) {
  const crypto::Digest digest = crypto::Sha256(record);
  return crypto::HexEncode(crypto::AsBytes(digest));
}

int Append(const std::string& folder, int count) {
  SystemClock clock;
  const auto log = Open(folder, &clock);
  for (int i = 0; i < count; ++i) {
    meetings::v1::CastVote cast;
    cast.mutable_header()->set_command_id(absl::StrCat("command-", log->size()));
    common::v1::SignedCommand command;
    command.set_payload_type("type");
    command.set_payload(cast.SerializeAsString());
    const auto receipt = log->Append(command, {"meetings"});
    if (!receipt.ok()) Stop(receipt.status());
    std::cout << "ack " << receipt->index() << " " << DigestOf(receipt->record()) << " "
              << crypto::Base64Encode(receipt->checkpoint()) << std::endl;
  }
  return 0;
}

// Whether the checkpoint was signed for an earlier tree of the present log.
bool IsOfThePast(ledger::Ledger& log, const std::string& note) {
  const auto old = crypto::OpenCheckpoint(note, Signer().verifier(), kOrigin);
  const auto now = crypto::OpenCheckpoint(log.GetCheckpoint(), Signer().verifier(), kOrigin);
  if (!old.ok() || !now.ok()) return false;
  const auto proof = log.ConsistencyProof(old->size, now->size);
  return proof.ok() &&
         crypto::VerifyConsistency(old->size, now->size, *proof, old->root, now->root).ok();
}

int Check(const std::string& folder, const std::string& acks) {
  SystemClock clock;
  const auto log = Open(folder, &clock);
  std::ifstream file(acks);
  std::string word;
  std::string digest;
  std::string checkpoint;
  uint64_t index = 0;
  while (file >> word >> index >> digest >> checkpoint) {
    const auto receipt = log->GetReceipt(index);
    if (!receipt.ok() || DigestOf(receipt->record()) != digest) {
      std::cerr << "acknowledged record " << index << " is not there\n";
      return 1;
    }
    if (!IsOfThePast(*log, *crypto::Base64Decode(checkpoint))) {
      std::cerr << "the checkpoint given with record " << index << " is of another log\n";
      return 1;
    }
  }
  std::cout << log->size() << "\n";
  return 0;
}

int Read(const std::string& path) {
  sqlite3* database = nullptr;
  bool read = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK;
  read = read && sqlite3_busy_timeout(database, 5000) == SQLITE_OK &&
         sqlite3_exec(database, "SELECT count(*) FROM sqlite_schema; PRAGMA quick_check", nullptr,
                      nullptr, nullptr) == SQLITE_OK;
  if (!read) std::cerr << path << ": " << sqlite3_errmsg(database) << "\n";
  sqlite3_close(database);
  return read ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string verb = argv[1];
  if (verb == "read") return Read(absl::StrCat(argv[2], "/", argv[3]));
  return verb == "append" ? Append(argv[2], std::atoi(argv[3])) : Check(argv[2], argv[3]);
}
