// Persons of tests: what is said about them is sealed, as everywhere, under a subject that follows
// from the id, so that every test knows it.
#ifndef VOTUM_TESTS_HARNESS_PEOPLE_H_
#define VOTUM_TESTS_HARNESS_PEOPLE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "core/command/sealed_text.h"
#include "crypto/hash.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::testing {

inline std::string SubjectOf(const std::string& person_id) {
  const crypto::Digest digest = crypto::Sha256("votum/tests/subject/" + person_id);
  return std::string(crypto::AsBytes(digest)).substr(0, kSubjectBytes);
}

// `text` sealed under the person's subject: the same each time, so that logs can be compared.
inline SealedText About(const std::string& person_id, const std::string& text) {
  const crypto::Salt salt = crypto::Sha256(absl::StrCat(person_id, "\n", text));
  return Seal(salt, SubjectOf(person_id), text);
}

// Without header.
inline directory::v1::RegisterPerson NewPerson(const std::string& id,
                                               const std::string& name = "Name") {
  directory::v1::RegisterPerson person;
  person.set_person_id(id);
  *person.mutable_name() = About(id, name).ref;
  return person;
}

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_PEOPLE_H_
