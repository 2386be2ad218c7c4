// Values that steps compute: "${NAME ARGUMENT}".
#ifndef VOTUM_TESTS_GOLDEN_VALUES_H_
#define VOTUM_TESTS_GOLDEN_VALUES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "crypto/commitment.h"
#include "tests/golden/chronicle.h"

namespace votum::testing {

// By name: the text that stands for it, from the argument. Bytes and texts are escaped: steps write
// the quotes.
using Values =
    std::map<std::string, std::function<absl::StatusOr<std::string>(const std::string&)>>;

//   key NAME           the public key of this name (SPKI DER), key-id NAME its id
//   in DURATION        seconds of the time that far ahead
//   profile ID         fields of a built-in rule profile
//   attachment NAME    fields of a reference to an attachment; one name, one subject
//   subject NAME       that subject
//   about PERSON       fields of a reference to words about a person, under the person's subject
//   subject-of PERSON  that subject
//   sha256 TEXT        its digest
//   command TYPE ACTOR the id of the actor's newest command of this type
//   act TYPE ACTOR     fields of the reference to the actor's newest pending act of this type
//   act-record TYPE ACTOR   the index of that act's record
//   result VOTE        fields of the result that follows from the votes
//   text-of DECISION, document-of DECISION   their digests
//   lot TEXT           the commitment to a contribution of 32 bytes that begins with this text,
//   contribution TEXT  and that contribution
//   checkpoint         of the log as it is
//   view               fields of a header: size and root of the log as it is
//   states             fields of AttestState: the digests of what it has come to
//   objects            fields of AttestObjects: the digest of the histories
// `chronicle` outlives them.
Values TownValues(Chronicle* chronicle);

// The salt of the record at `index`: from the index alone, where those of ledgers are random.
crypto::Salt SaltOf(uint64_t index);

}  // namespace votum::testing

#endif  // VOTUM_TESTS_GOLDEN_VALUES_H_
