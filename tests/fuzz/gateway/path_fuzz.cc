// Arbitrary methods and paths sent to the edge: it never crashes, and each 200 answer equals that
// of a naive tree of the published size, although the mirror already has more entries.
//
// The input is a method and a target, separated by the first blank.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/command/entry_line.h"
#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "crypto/tlog/tile.h"
#include "crypto/tlog_proof.h"
#include "services/gateway/published_log.h"
#include "tests/fuzz/crypto/fuzz_check.h"

namespace votum::gateway {
namespace {

using crypto::Require;

constexpr uint64_t kPublished = 70000;
constexpr uint64_t kMirrored = 70300;
constexpr uint64_t kPublishedOpenings = 600;
constexpr uint64_t kOpenings = 700;
constexpr char kOrigin[] = "fuzz.example/log";
constexpr char kPolicy[] = "the policy\n";

crypto::NoteSigner LogKey() {
  auto key = crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::CopyOf(std::string(32, 1)));
  return *crypto::NoteSigner::Create(kOrigin, *std::move(key));
}

// A log, and the correct answers about it.
class Log {
 public:
  Log()
      : answers_(*LogMirror::Create(std::filesystem::temp_directory_path().string()),
                 LogKey().verifier(), kPolicy) {
    google::protobuf::RepeatedPtrField<ledger::v1::Entry> entries;
    for (uint64_t i = 0; i < kMirrored; ++i) {
      const std::string salt(32, static_cast<char>(i));
      // Some bundles of records are answered at once, the second one piece by piece.
      const std::string record =
          absl::StrCat("record ", i, std::string(i / 256 == 1 ? 500 : 0, '.'));
      const crypto::Digest leaf = crypto::Sha256({salt, record});
      leaves_.emplace_back(crypto::AsBytes(leaf));
      tree_.Append(leaves_.back());
      lines_.push_back(EntryLine(i, leaves_.back(), salt, record) + "\n");
      ledger::v1::Entry* entry = entries.Add();
      entry->set_index(i);
      entry->set_leaf(leaves_.back());
      entry->set_salt(salt);
      entry->set_record(record);
    }
    Require(answers_.mirror().Add(entries).ok(), "the mirror takes the log");
    AddOpenings(entries);
    const auto root = tree_.RootAt(kPublished);
    ledger::v1::GetCheckpointResponse newest;
    newest.set_checkpoint(*crypto::SignCheckpoint({kOrigin, kPublished, *root, {}}, LogKey()));
    checkpoint_ = newest.checkpoint();
    Require(answers_.Publish(newest, absl::UnixEpoch()).ok(), "it publishes the checkpoint");
  }

  http::Answer Get(const http::Request& request) { return answers_.Get(request); }

  // The expected answer to a GET of `path` below /log/; empty for 404.
  std::string Right(const std::string& path) const {
    if (path == "checkpoint") return checkpoint_;
    if (path == "policy") return kPolicy;
    if (path == "openings")
      return absl::StrCat("{\"size\":", kPublished, ",\"openings\":", kPublishedOpenings, "}\n");
    absl::string_view rest = path;
    if (absl::ConsumePrefix(&rest, "proof/")) return Proof(rest);
    if (absl::ConsumePrefix(&rest, "records/")) {
      return Tile(absl::StrCat("tile/entries/", rest), /*records=*/true);
    }
    if (absl::ConsumePrefix(&rest, "openings/")) return Openings(rest);
    return Tile(path, /*records=*/false);
  }

 private:
  void AddOpenings(const google::protobuf::RepeatedPtrField<ledger::v1::Entry>& entries) {
    publication::v1::ListOpeningsResponse page;
    for (uint64_t i = 0; i < kOpenings; ++i) {
      const ledger::v1::Entry& entry = entries[static_cast<int>(i)];
      publication::v1::Opening* opening = page.add_openings();
      opening->set_number(i);
      opening->set_opened_by(i < kPublishedOpenings ? kPublished - 1 : kPublished);
      *opening->mutable_entry() = entry;
      openings_.push_back(OpeningLine(i, opening->opened_by(), i, entry.salt(), entry.record()) +
                          "\n");
    }
    page.set_total(kOpenings);
    page.set_size(kMirrored);
    Require(answers_.mirror().AddOpenings(page).ok(), "the mirror takes the openings");
  }

  std::string Openings(absl::string_view path) const {
    const auto tile = crypto::ParseTilePath(absl::StrCat("tile/entries/", path));
    if (!tile.ok() || tile->index > kPublishedOpenings) return "";
    const uint64_t first = tile->index * 256;
    const uint64_t end = first + static_cast<uint64_t>(tile->width);
    if (end > kPublishedOpenings) return "";
    std::string right;
    for (uint64_t i = first; i < end; ++i) right += openings_[i];
    return right;
  }

  std::string Proof(absl::string_view text) const {
    uint64_t index = 0;
    if (!absl::SimpleAtoi(text, &index) || absl::StrCat(index) != text || index >= kPublished) {
      return "";
    }
    return crypto::FormatTlogProof(
        {std::nullopt, index, *tree_.InclusionProof(index, kPublished), checkpoint_});
  }

  std::string Tile(absl::string_view path, bool records) const {
    const auto tile = crypto::ParseTilePath(path);
    if (!tile.ok()) return "";
    const int level = std::max(tile->level, 0);
    if (level > 2 || tile->index > kPublished) return "";
    const uint64_t each = uint64_t{1} << (8 * level);  // leaves below one hash
    const uint64_t first = tile->index * 256;
    const uint64_t end = first + static_cast<uint64_t>(tile->width);
    if (end * each > kPublished) return "";
    std::string right;
    for (uint64_t i = first; i < end; ++i) {
      if (records) {
        right += lines_[i];
      } else if (tile->level == crypto::kEntriesLevel) {
        right += std::string{'\0', 32} + leaves_[i];  // its length, then itself
      } else {
        crypto::CompactTree below;
        for (uint64_t leaf = i * each; leaf < (i + 1) * each; ++leaf) below.Append(leaves_[leaf]);
        const crypto::Digest root = below.Root();
        right += std::string(crypto::AsBytes(root));
      }
    }
    return right;
  }

  PublishedLog answers_;
  crypto::MerkleTree tree_;
  std::vector<std::string> leaves_;
  std::vector<std::string> lines_;
  std::vector<std::string> openings_;
  std::string checkpoint_;
};

std::string BodyOf(const http::Answer& answer) {
  if (answer.long_body.read == nullptr) return answer.body;
  Require(answer.body.empty(), "a long body is instead of a body");
  std::string body;
  while (body.size() < answer.long_body.size) {
    // Reads in the way of the server.
    const size_t most = std::min<size_t>(10000, answer.long_body.size - body.size());
    const std::string piece = answer.long_body.read(body.size(), most);
    Require(!piece.empty() && piece.size() <= most, "a long body has all its bytes");
    body += piece;
  }
  return body;
}

void Fuzz(absl::string_view input) {
  static Log* const log = new Log;
  const std::vector<std::string> parts = absl::StrSplit(input, absl::MaxSplits(' ', 1));
  const std::string target = parts.size() == 2 ? parts[1] : "";
  const http::Answer answer = log->Get({parts[0], target, ""});
  if (parts[0] != "GET" && parts[0] != "HEAD") {
    Require(answer.status == 405, "the log is only read");
    return;
  }
  absl::string_view path = target;
  const std::string right =
      absl::ConsumePrefix(&path, kLogPrefix) ? log->Right(std::string(path)) : "";
  if (right.empty()) {
    Require(answer.status == 404, "what is not there is not found");
    return;
  }
  Require(answer.status == 200, "what is there is found");
  Require(BodyOf(answer) == right, "it is what the tree gives");
}

}  // namespace
}  // namespace votum::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  votum::gateway::Fuzz(votum::crypto::Text(data, size));
  return 0;
}
