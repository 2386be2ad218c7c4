// Checks a receipt: that the log has recorded these very bytes and signed a tree with them.
#ifndef VOTUM_CLIENTS_LIB_RECEIPT_H_
#define VOTUM_CLIENTS_LIB_RECEIPT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "crypto/tlog_proof.h"
#include "votum/common/v1/command.pb.h"

namespace votum::client {

// OK if the checkpoint is signed by `log`, the record's leaf is in its tree at the receipt's index,
// and the record says that index. DATA_LOSS/RECEIPT_INVALID otherwise, naming which.
absl::Status VerifyReceipt(const common::v1::Receipt& receipt, const crypto::NoteVerifier& log);

// As above, and the record holds exactly `command`: type, payload, signatures.
absl::Status VerifyReceiptOf(const common::v1::SignedCommand& command,
                             const common::v1::Receipt& receipt, const crypto::NoteVerifier& log);

// Says what can be said of the signatures of the record in `receipt`, which VerifyReceipt has proved to
// be in the log: nothing else follows from a proof. A receipt holds the key of a signature only where no
// enrolled key signs, and a reader knows that of the log: "1 verified", "not checked: that of key ...,
// which only the log can tell: votum audit". DATA_LOSS/RECEIPT_INVALID if one does not verify, or
// the record is not as a ledger writes it.
absl::StatusOr<std::string> DescribeSignatures(const common::v1::Receipt& receipt,
                                               const crypto::NoteVerifier& log);

// `receipt` as other people's programs take it (https://c2sp.org/tlog-proof). Its extra data are
// salt and record, whose SHA-256 is the leaf. DATA_LOSS/RECEIPT_INVALID for hashes of wrong length.
absl::StatusOr<crypto::TlogProof> TlogProofOf(const common::v1::Receipt& receipt);

// `receipt` against the checkpoint of `other`, a receipt of the same record, which need not show
// it. `consistency` proves that the smaller of the two checkpoints' trees is a prefix of the
// larger. DATA_LOSS/LOG_FORKED if it does not: then the log has signed two histories.
// DATA_LOSS/RECEIPT_INVALID if either does not hold.
absl::StatusOr<common::v1::Receipt> Refreshed(const common::v1::Receipt& receipt,
                                              const common::v1::Receipt& other,
                                              absl::Span<const crypto::Digest> consistency,
                                              const crypto::NoteVerifier& log);

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_RECEIPT_H_
