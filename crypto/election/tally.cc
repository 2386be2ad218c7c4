#include "crypto/election/tally.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/json.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

// [[…],…], each item by `format(text, item)`.
template <typename T, typename Format>
std::string FormatNested(const std::vector<std::vector<T>>& lists, Format format) {
  const auto list = [&format](std::string* text, const std::vector<T>& items) {
    absl::StrAppend(text, "[", absl::StrJoin(items, ",", format), "]");
  };
  return absl::StrCat("[", absl::StrJoin(lists, ",", list), "]");
}

// The lists of a list of lists, by `parse(item)`.
template <typename T, typename Parse>
absl::StatusOr<std::vector<std::vector<T>>> ParseNested(const JsonView& json, Parse parse) {
  std::vector<std::vector<T>> lists;
  ASSIGN_OR_RETURN(const std::vector<JsonView> outer, json.Items(1, kMaxQuestions));
  for (const JsonView& list : outer) {
    std::vector<T>& items = lists.emplace_back();
    ASSIGN_OR_RETURN(const std::vector<JsonView> inner, list.Items(1, kMaxAnswers + 1));
    for (const JsonView& item : inner) {
      ASSIGN_OR_RETURN(items.emplace_back(), parse(item));
    }
  }
  return lists;
}

template <typename A, typename B>
bool SameShape(const std::vector<std::vector<A>>& a, const std::vector<std::vector<B>>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.size() == y.size(); });
}

std::string DecryptionPrefix(const Election& election, const Element& public_key) {
  return absl::StrCat("decrypt|", election.fingerprint(), "|", public_key.ToDecimal(), "|");
}

// The members of a group that take part, as indices from 1: the first of those that decrypted.
absl::StatusOr<std::vector<uint64_t>> TakingPart(const Trustees::Group& group,
                                                 const Decryptions& decryptions) {
  std::vector<uint64_t> indices;
  for (uint64_t i = 1; i <= group.keys.size() && indices.size() < group.threshold; ++i) {
    if (decryptions.count(group.first_owner + i - 1) > 0) indices.push_back(i);
  }
  if (indices.size() == group.threshold) return indices;
  const std::string who =
      group.single ? absl::StrCat("trustee ", group.first_owner, " has not decrypted")
                   : absl::StrCat("of trustees ", group.first_owner, " to ",
                                  group.first_owner + group.keys.size() - 1, ", ", indices.size(),
                                  " instead of ", group.threshold, " have decrypted");
  return Refuse(Reason::kTooFewDecryptions, who);
}

// Lagrange's coefficient of `index` at 0: the product of k / (k - index) over the others.
Scalar Coefficient(const std::vector<uint64_t>& indices, uint64_t index) {
  Scalar numerator(1);
  Scalar denominator(1);
  for (const uint64_t k : indices) {
    if (k == index) continue;
    numerator *= Scalar(k);
    denominator *= Scalar(k) - Scalar(index);
  }
  return numerator * denominator.Inverse();
}

// The trustees that take part, each with the power to which its factors enter.
struct Share {
  const PartialDecryption* decryption = nullptr;
  Scalar coefficient;
};

absl::StatusOr<std::vector<Share>> SharesOf(const Trustees& trustees, const EncryptedTally& tally,
                                            const Decryptions& decryptions) {
  std::vector<Share> shares;
  for (const Trustees::Group& group : trustees.groups()) {
    ASSIGN_OR_RETURN(const std::vector<uint64_t> indices, TakingPart(group, decryptions));
    for (const uint64_t index : indices) {
      const PartialDecryption& decryption = decryptions.at(group.first_owner + index - 1);
      if (!SameShape(decryption.factors, tally)) {
        return Refuse(Reason::kWrongShape, "a decryption that is not of this tally");
      }
      shares.push_back({&decryption, Coefficient(indices, index)});
    }
  }
  return shares;
}

// g^(the number that is encrypted).
Element Open(const std::vector<Share>& shares, const EncryptedTally& tally, size_t question,
             size_t choice) {
  std::vector<Element> factors;
  std::vector<Scalar> exponents;
  Element single;
  for (const Share& share : shares) {
    const Element& factor = share.decryption->factors[question][choice];
    if (share.coefficient == Scalar(1)) {
      single *= factor;
    } else {
      factors.push_back(factor);
      exponents.push_back(share.coefficient);
    }
  }
  return tally[question][choice].beta * (single * PowerProduct(factors, exponents)).Inverse();
}

// Discrete logarithms of g^0 to g^max: baby steps and giant steps.
class SmallLogs {
 public:
  explicit SmallLogs(uint64_t max) : max_(max) {
    while (width_ * width_ <= max) ++width_;
    Element power;
    for (uint64_t i = 0; i < width_; ++i) {
      steps_.emplace(power.ToDecimal(), i);
      power *= Element::Generator();
    }
    giant_ = power.Inverse();
  }

  absl::StatusOr<uint64_t> Of(Element power) const {
    for (uint64_t giant = 0; giant * width_ <= max_; ++giant) {
      const auto found = steps_.find(power.ToDecimal());
      if (found != steps_.end() && giant * width_ + found->second <= max_) {
        return giant * width_ + found->second;
      }
      power *= giant_;
    }
    return Refuse(Reason::kResultOutOfRange,
                  absl::StrCat("a decrypted number is not from 0 to ", max_));
  }

 private:
  uint64_t max_;
  uint64_t width_ = 1;
  std::unordered_map<std::string, uint64_t> steps_;
  Element giant_;
};

}  // namespace

std::vector<CountedBallot> LastOfEach(absl::Span<const Ballot> ballots) {
  std::unordered_set<std::string> seen;
  std::vector<CountedBallot> last;
  for (size_t i = ballots.size(); i-- > 0;) {
    if (seen.insert(ballots[i].credential.ToDecimal()).second) last.push_back({&ballots[i], 1});
  }
  std::reverse(last.begin(), last.end());
  return last;
}

EncryptedTally Tally(const Election& election, absl::Span<const CountedBallot> ballots) {
  EncryptedTally tally;
  for (const Question& question : election.questions()) tally.emplace_back(question.choices());
  for (const CountedBallot& counted : ballots) {
    const Scalar weight(counted.weight);
    for (size_t i = 0; i < tally.size(); ++i) {
      for (size_t j = 0; j < tally[i].size(); ++j) {
        const Ciphertext& choice = counted.ballot->answers[i].choices[j];
        tally[i][j] = tally[i][j] * (counted.weight == 1 ? choice
                                                         : Ciphertext{choice.alpha.Power(weight),
                                                                      choice.beta.Power(weight)});
      }
    }
  }
  return tally;
}

std::string FormatTally(const EncryptedTally& tally) {
  return FormatNested(tally, [](std::string* text, const Ciphertext& ciphertext) {
    *text += FormatCiphertext(ciphertext);
  });
}

absl::StatusOr<EncryptedTally> ParseTallyUnchecked(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  return ParseNested<Ciphertext>(JsonView(document, "tally"), ParseCiphertextUnchecked);
}

PartialDecryption Decrypt(const Election& election, const EncryptedTally& tally,
                          const Scalar& secret) {
  const Element public_key = PowerTable::OfGenerator().SecretPower(secret);
  const std::string prefix = DecryptionPrefix(election, public_key);
  PartialDecryption decryption;
  for (const std::vector<Ciphertext>& question : tally) {
    std::vector<Element>& factors = decryption.factors.emplace_back();
    std::vector<Proof>& proofs = decryption.proofs.emplace_back();
    for (const Ciphertext& sum : question) {
      factors.push_back(sum.alpha.SecretPower(secret));
      proofs.push_back(ProveEqualLogs(prefix, sum.alpha, secret));
    }
  }
  return decryption;
}

std::string FormatDecryption(const PartialDecryption& decryption) {
  const auto factor = [](std::string* text, const Element& element) {
    absl::StrAppend(text, "\"", element.ToDecimal(), "\"");
  };
  const auto proof = [](std::string* text, const Proof& value) { *text += FormatProof(value); };
  return absl::StrCat("{\"decryption_factors\":", FormatNested(decryption.factors, factor),
                      ",\"decryption_proofs\":", FormatNested(decryption.proofs, proof), "}");
}

absl::StatusOr<PartialDecryption> ParseDecryption(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  const JsonView view(document, "decryption");
  RETURN_IF_ERROR(view.HasOnly({"decryption_factors", "decryption_proofs"}));
  const auto factor = [](const JsonView& item) -> absl::StatusOr<Element> {
    ASSIGN_OR_RETURN(const absl::string_view text, item.String());
    return Element::FromDecimal(text);
  };
  PartialDecryption decryption;
  ASSIGN_OR_RETURN(const JsonView factors, view.Member("decryption_factors"));
  ASSIGN_OR_RETURN(decryption.factors, ParseNested<Element>(factors, factor));
  ASSIGN_OR_RETURN(const JsonView proofs, view.Member("decryption_proofs"));
  ASSIGN_OR_RETURN(decryption.proofs, ParseNested<Proof>(proofs, ParseProof));
  return decryption;
}

absl::Status VerifyDecryption(const Election& election, const EncryptedTally& tally,
                              const Element& public_key, const PartialDecryption& decryption) {
  if (!SameShape(decryption.factors, tally) || !SameShape(decryption.proofs, tally)) {
    return Refuse(Reason::kWrongShape, "the decryption has not the form of the tally");
  }
  const std::string prefix = DecryptionPrefix(election, public_key);
  for (size_t i = 0; i < tally.size(); ++i) {
    for (size_t j = 0; j < tally[i].size(); ++j) {
      if (!VerifyEqualLogs(prefix, public_key, tally[i][j].alpha, decryption.factors[i][j],
                           decryption.proofs[i][j])) {
        return Refuse(Reason::kBadDecryptionProof,
                      absl::StrCat("choice ", j + 1, " of question ", i + 1,
                                   " is not proved to be decrypted rightly"));
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Result> CombineResult(const Trustees& trustees, const EncryptedTally& tally,
                                     const Decryptions& decryptions, uint64_t total_weight) {
  ASSIGN_OR_RETURN(const std::vector<Share> shares, SharesOf(trustees, tally, decryptions));
  if (total_weight > kMaxTotalWeight) {
    return Refuse(Reason::kResultOutOfRange,
                  absl::StrCat("weights of more than ", kMaxTotalWeight, " in all"));
  }
  const SmallLogs logs(total_weight);
  Result result;
  for (size_t i = 0; i < tally.size(); ++i) {
    std::vector<uint64_t>& counts = result.emplace_back();
    for (size_t j = 0; j < tally[i].size(); ++j) {
      ASSIGN_OR_RETURN(counts.emplace_back(), logs.Of(Open(shares, tally, i, j)));
    }
  }
  return result;
}

absl::Status VerifyResult(const Trustees& trustees, const EncryptedTally& tally,
                          const Decryptions& decryptions, const Result& result) {
  ASSIGN_OR_RETURN(const std::vector<Share> shares, SharesOf(trustees, tally, decryptions));
  if (!SameShape(result, tally)) {
    return Refuse(Reason::kWrongResult, "the result has not the form of the questions");
  }
  for (size_t i = 0; i < tally.size(); ++i) {
    for (size_t j = 0; j < tally[i].size(); ++j) {
      if (PowerTable::OfGenerator().Power(Scalar(result[i][j])) != Open(shares, tally, i, j)) {
        return Refuse(Reason::kWrongResult,
                      absl::StrCat("choice ", j + 1, " of question ", i + 1,
                                   " was not chosen as often as the result says"));
      }
    }
  }
  return absl::OkStatus();
}

std::string FormatResult(const Result& result) {
  const auto count = [](std::string* text, uint64_t number) { *text += JsonWeight(number); };
  return absl::StrCat("{\"result\":", FormatNested(result, count), "}");
}

absl::StatusOr<Result> ParseResult(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  const JsonView view(document, "result");
  RETURN_IF_ERROR(view.HasOnly({"result"}));
  ASSIGN_OR_RETURN(const JsonView lists, view.Member("result"));
  return ParseNested<uint64_t>(lists, [](const JsonView& item) { return item.Weight(); });
}

}  // namespace votum::election
