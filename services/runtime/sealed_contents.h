// The contents of sealed attachments for reads that show them: the state has only the commitments.
#ifndef VOTUM_SERVICES_RUNTIME_SEALED_CONTENTS_H_
#define VOTUM_SERVICES_RUNTIME_SEALED_CONTENTS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/support/status.h"
#include "services/runtime/ledger_client.h"
#include "votum/common/v1/command.pb.h"

namespace votum {

// A field of an answer that shows the content of an attachment.
struct ShownContent {
  const common::v1::AttachmentRef* ref;
  std::string* text;
};

// Fills in the texts that the ledger has. One that was erased stays empty, and so does one that is
// not UTF-8, which no answer can carry. References without commitment stand for nothing.
grpc::Status FillContents(LedgerClient& ledger, absl::Time deadline,
                          const std::vector<ShownContent>& shown);

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_SEALED_CONTENTS_H_
