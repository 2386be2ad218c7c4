// Feeds each text of a setup and of later events to every parser.
#include "crypto/election/ceremony.h"
#include "crypto/election/channel.h"
#include "crypto/election/credential.h"
#include "crypto/election/election.h"
#include "crypto/election/tally.h"
#include "crypto/election/trustees.h"
#include "tests/fuzz/crypto/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace votum::election;
  using votum::crypto::Require;
  const absl::string_view text = votum::crypto::Text(data, size);
  const auto election = Election::Parse(text);
  if (election.ok()) Require(CheckDraft(election->draft()).ok(), "what is read can be made");
  const auto credentials = CredentialList::Parse(text);
  if (credentials.ok()) Require(credentials->total_weight() > 0, "somebody may vote");
  const auto trustees = Trustees::Parse(text);
  if (trustees.ok()) Require(trustees->count() > 0, "somebody can decrypt");
  const auto decryption = ParseDecryption(text);
  if (decryption.ok()) {
    Require(ParseDecryption(FormatDecryption(*decryption)).ok(), "a decryption can be written");
  }
  const auto result = ParseResult(text);
  if (result.ok()) Require(*ParseResult(FormatResult(*result)) == *result, "so can a result");
  const auto contribution = ParseContribution(text);
  if (contribution.ok()) {
    Require(ParseContribution(FormatContribution(*contribution)).ok(), "and a contribution");
  }
  const auto share = ParseShareMessage(text);
  if (share.ok()) Require(ParseShareMessage(FormatShareMessage(*share)).ok(), "and a share");
  (void)CheckSealed(text);
  return 0;
}
