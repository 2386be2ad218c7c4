// The published form of a decision: JSON with everything that the public needs to understand and to
// check it. It names people by id alone; the directory's reads give their names, as long as these
// are not erased.
//
// A pure function of the state; two-space indent, UTF-8, a newline at the end. The only part that
// changes after both have signed is the release, which appears once it is given.
#ifndef VOTUM_CORE_DECISIONS_DOCUMENT_H_
#define VOTUM_CORE_DECISIONS_DOCUMENT_H_

#include <string>

#include "votum/decisions/v1/decisions.pb.h"
#include "votum/meetings/v1/voting.pb.h"
#include "votum/papers/v1/papers.pb.h"

namespace votum::decisions {

// The sources of the document besides the decision. Pointers may be null where there is nothing.
struct DocumentSources {
  std::string deployment;
  std::string body_name;
  std::string organization_name;
  std::string meeting_title;
  std::string item_number;
  std::string item_title;
  const papers::v1::ProposalVersion* proposal_version = nullptr;
  meetings::v1::VoteEvent vote_event;  // as the decision's audience may see it
};

std::string DecisionDocument(const v1::Decision& decision, const DocumentSources& sources);

}  // namespace votum::decisions

#endif  // VOTUM_CORE_DECISIONS_DOCUMENT_H_
