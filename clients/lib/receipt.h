// Checking a receipt: that the log has recorded these very bytes, and signed that it did.
#ifndef VOTUM_CLIENTS_LIB_RECEIPT_H_
#define VOTUM_CLIENTS_LIB_RECEIPT_H_

#include "absl/status/status.h"
#include "crypto/note.h"
#include "votum/common/v1/command.pb.h"

namespace votum::client {

// OK if the checkpoint is signed by `log`, the record's leaf is in its tree at the receipt's index,
// and the record says that index. DATA_LOSS/RECEIPT_INVALID otherwise, saying which.
absl::Status VerifyReceipt(const common::v1::Receipt& receipt, const crypto::NoteVerifier& log);

// As above, and the record holds exactly `command`: type, payload, signatures.
absl::Status VerifyReceiptOf(const common::v1::SignedCommand& command,
                             const common::v1::Receipt& receipt, const crypto::NoteVerifier& log);

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_RECEIPT_H_
