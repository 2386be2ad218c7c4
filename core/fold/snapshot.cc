#include "core/fold/snapshot.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "core/encoding.h"
#include "crypto/hash.h"

namespace votum {
namespace {

// What follows the format and the kind, before the state.
struct SnapshotHead {
  uint64_t size = 0;                 // records folded
  std::vector<crypto::Digest> edge;  // CompactTree::edge() of their tree
  crypto::Digest state = {};         // DigestOf(FoldContents)
  VOTUM_FIELDS(size, edge, state)
};

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the snapshot is damaged: ", what));
}

absl::Status CheckKind(const SnapshotKind& found, const SnapshotKind& kind) {
  if (Equal(found, kind)) return absl::OkStatus();
  const std::string differences = Differences(found, kind);
  return absl::FailedPreconditionError(
      absl::StrCat("the snapshot is not of this program and log (there | here): ",
                   absl::StrReplaceAll(absl::StripAsciiWhitespace(differences), {{"\n", "; "}})));
}

}  // namespace

SnapshotKind SnapshotKindOf(absl::string_view build, absl::string_view deployment,
                            const Fold& fold) {
  SnapshotKind kind;
  kind.build = std::string(build);
  kind.program_version = fold.program_version();
  kind.deployment = std::string(deployment);
  kind.log_key = fold.log_key().id();
  for (const Domain domain : kAllDomains) {
    if (fold.domains().Contains(domain)) kind.domains.emplace_back(DomainName(domain));
  }
  return kind;
}

std::string EncodeSnapshot(const SnapshotKind& kind, const Fold& fold,
                           const crypto::CompactTree& tree) {
  const FoldContents contents = fold.contents();
  Encoder out(Encoder::Tables::kEntries);
  out.Bytes(kSnapshotFormat);
  describing::EncodeTo(out, kind);
  describing::EncodeTo(out, SnapshotHead{tree.size(), tree.edge(), DigestOf(contents)});
  describing::EncodeTo(out, contents);
  return out.bytes();
}

absl::StatusOr<Snapshot> DecodeSnapshot(absl::string_view bytes, const SnapshotKind& kind) {
  Decoder in(bytes);
  if (in.Bytes() != kSnapshotFormat) {
    return absl::FailedPreconditionError(absl::StrCat(
        "there is no snapshot in the format that this program reads, ", kSnapshotFormat));
  }
  SnapshotKind found;
  SnapshotHead head;
  describing::DecodeFrom(in, found);
  describing::DecodeFrom(in, head);
  if (in.failed()) return Damaged("its head cannot be read");
  RETURN_IF_ERROR(CheckKind(found, kind));
  Snapshot snapshot;
  auto tree = crypto::CompactTree::FromEdge(head.size, std::move(head.edge));
  if (!tree.ok()) return Damaged(tree.status().message());
  snapshot.tree = *std::move(tree);
  describing::DecodeFrom(in, snapshot.contents);
  if (!in.Complete()) return Damaged("its state cannot be read");
  if (snapshot.contents.fold.next_index != head.size || snapshot.contents.reach.size != head.size)
    return Damaged("its state is of another number of records");
  if (DigestOf(snapshot.contents) != head.state) return Damaged("its state has another digest");
  return snapshot;
}

}  // namespace votum
