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

// All that follows the format, the kind and its hash.
struct SnapshotBody {
  uint64_t size = 0;                 // records folded
  std::vector<crypto::Digest> edge;  // CompactTree::edge() of their tree
  FoldContents contents;
  VOTUM_FIELDS(size, edge, contents)
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
  const SnapshotBody body = {tree.size(), tree.edge(), fold.contents()};
  Encoder out(Encoder::Tables::kEntries);
  out.Bytes(kSnapshotFormat);
  describing::EncodeTo(out, kind);
  Encoder encoded(Encoder::Tables::kEntries);
  describing::EncodeTo(encoded, body);
  describing::EncodeTo(out, crypto::Sha256(encoded.bytes()));
  out.Bytes(encoded.bytes());
  return out.bytes();
}

absl::StatusOr<Snapshot> DecodeSnapshot(absl::string_view bytes, const SnapshotKind& kind) {
  Decoder in(bytes);
  if (in.Bytes() != kSnapshotFormat) {
    return absl::FailedPreconditionError(absl::StrCat(
        "there is no snapshot in the format that this program reads, ", kSnapshotFormat));
  }
  SnapshotKind found;
  describing::DecodeFrom(in, found);
  if (in.failed()) return Damaged("its kind cannot be read");
  RETURN_IF_ERROR(CheckKind(found, kind));
  crypto::Digest hash = {};
  describing::DecodeFrom(in, hash);
  const absl::string_view encoded = in.Bytes();
  if (!in.Complete()) return Damaged("it has another length");
  if (crypto::Sha256(encoded) != hash) return Damaged("it has another hash");
  SnapshotBody body;
  Decoder rest(encoded);
  describing::DecodeFrom(rest, body);
  if (!rest.Complete()) return Damaged("its state cannot be read");
  if (body.contents.fold.next_index != body.size || body.contents.reach.size != body.size)
    return Damaged("its state is of another number of records");
  auto tree = crypto::CompactTree::FromEdge(body.size, std::move(body.edge));
  if (!tree.ok()) return Damaged(tree.status().message());
  return Snapshot{*std::move(tree), std::move(body.contents)};
}

}  // namespace votum
