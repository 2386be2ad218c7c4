#include "services/runtime/sealed_contents.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "core/command/fields.h"
#include "platform/grpc/status.h"

namespace votum {
namespace {

// The most that the ledger returns at once.
constexpr size_t kPage = 500;

}  // namespace

grpc::Status FillContents(LedgerClient& ledger, absl::Time deadline,
                          const std::vector<ShownContent>& shown) {
  std::vector<std::string> commitments;
  for (const ShownContent& one : shown) {
    if (!one.ref->commitment().empty()) commitments.push_back(one.ref->commitment());
  }
  std::map<std::string, std::string> texts;
  for (size_t first = 0; first < commitments.size(); first += kPage) {
    const auto begin = commitments.begin() + static_cast<std::ptrdiff_t>(first);
    const size_t count = std::min(kPage, commitments.size() - first);
    auto attachments =
        ledger.GetAttachments({begin, begin + static_cast<std::ptrdiff_t>(count)}, deadline);
    if (!attachments.ok()) return ToGrpc(attachments.status());
    for (common::v1::Attachment& attachment : *attachments)
      texts[attachment.commitment()] = std::move(*attachment.mutable_content());
  }
  for (const ShownContent& one : shown) {
    const auto text = texts.find(one.ref->commitment());
    if (text != texts.end() && IsUtf8(text->second)) *one.text = text->second;
  }
  return grpc::Status::OK;
}

}  // namespace votum
