// Results in plain words, German and English, with their arithmetic.
#ifndef VOTUM_RULES_EXPLAIN_H_
#define VOTUM_RULES_EXPLAIN_H_

#include <vector>

#include "rules/majority.h"
#include "rules/quorum.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

// "26 of 51 present: quorate (26 needed), § 49 (1) GO NRW."
v1::Text ExplainQuorum(const v1::QuorumRule& rule, const QuorumResult& result);

// "13 yes > 12 no: adopted. 1 abstention not counted, § 50 (1), (5) GO NRW."
v1::Text ExplainMotion(const v1::MotionRule& rule, const Tally& tally, const MotionResult& result);

// The comparisons behind the result, so that a program can check each.
std::vector<v1::TraceStep> TraceQuorum(const v1::QuorumRule& rule, const QuorumResult& result);
std::vector<v1::TraceStep> TraceMotion(const v1::MotionRule& rule, const Tally& tally,
                                       const MotionResult& result);

}  // namespace votum::rules

#endif  // VOTUM_RULES_EXPLAIN_H_
