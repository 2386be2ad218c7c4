#include "clients/cli/kept.h"

#include <cstddef>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/audit/archive.h"
#include "clients/audit/evidence_bundle.h"
#include "clients/lib/receipt.h"

namespace votum::cli {
namespace {

constexpr size_t kMaxReceiptBytes = size_t{8} << 20;
constexpr size_t kMaxDocumentBytes = size_t{16} << 20;
constexpr size_t kMaxBundleBytes = size_t{256} << 20;

absl::StatusOr<std::string> Load(const std::string& file, size_t max_bytes) {
  RETURN_IF_ERROR(CheckRegularFile(file));
  auto bytes = ReadFile(file, max_bytes);
  if (!bytes.ok()) return Refuse(Reason::kBadFile, bytes.status().message());
  return bytes;
}

absl::StatusOr<std::string> LoadCheckpoint(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return Load(path, crypto::kMaxNoteBytes);
  const audit::ArchiveReader archive(path);
  RETURN_IF_ERROR(archive.CheckFiles());
  auto checkpoint = archive.Checkpoint();
  if (!checkpoint.ok()) return Refuse(Reason::kBadFile, checkpoint.status().message());
  return checkpoint;
}

absl::StatusOr<std::string> CheckpointOfReceipt(const common::v1::Receipt& receipt,
                                                const crypto::NoteVerifier& log) {
  RETURN_IF_ERROR(client::VerifyReceipt(receipt, log));
  return receipt.checkpoint();
}

}  // namespace

absl::StatusOr<common::v1::Receipt> LoadReceipt(const std::string& file) {
  ASSIGN_OR_RETURN(const std::string bytes, Load(file, kMaxReceiptBytes));
  common::v1::Receipt receipt;
  if (receipt.ParseFromString(bytes)) return receipt;
  return Refuse(Reason::kBadFile, absl::StrCat(file, " is not a receipt"));
}

absl::StatusOr<std::string> LoadBundle(const std::string& file) {
  return Load(file, kMaxBundleBytes);
}

void AddKnownOptions(Command verb, KnownOptions* options) {
  verb->add_option("--old", options->old,
                   "A checkpoint or an exported log from before, which this one must continue; "
                   "repeatable");
  verb->add_option("--receipt", options->receipts,
                   "A receipt that somebody holds, whose record must be in this log; repeatable");
  verb->add_option("--bundle", options->bundles,
                   "An evidence bundle, whose records must be in this log; repeatable");
  verb->add_option("--document", options->documents,
                   "The published document of a decision, which this log must have published; "
                   "repeatable");
}

absl::StatusOr<std::vector<audit::Known>> LoadKnown(const KnownOptions& options,
                                                    const crypto::NoteVerifier& log) {
  std::vector<audit::Known> known;
  for (const std::string& path : options.old) {
    ASSIGN_OR_RETURN(std::string checkpoint, LoadCheckpoint(path));
    known.push_back({path, std::move(checkpoint)});
  }
  for (const std::string& file : options.receipts) {
    ASSIGN_OR_RETURN(const common::v1::Receipt receipt, LoadReceipt(file));
    known.push_back({file, CheckpointOfReceipt(receipt, log)});
  }
  for (const std::string& file : options.bundles) {
    ASSIGN_OR_RETURN(const std::string bundle, LoadBundle(file));
    known.push_back({file, audit::CheckpointOfBundle(bundle, log)});
  }
  return known;
}

absl::StatusOr<std::vector<audit::KnownDocument>> LoadKnownDocuments(const KnownOptions& options) {
  std::vector<audit::KnownDocument> documents;
  for (const std::string& file : options.documents) {
    ASSIGN_OR_RETURN(std::string bytes, Load(file, kMaxDocumentBytes));
    documents.push_back({file, std::move(bytes)});
  }
  return documents;
}

}  // namespace votum::cli
