// The audience of a read decides what a resource shows. The order is from least to most.
#ifndef VOTUM_CORE_COMMAND_AUDIENCE_H_
#define VOTUM_CORE_COMMAND_AUDIENCE_H_

namespace votum {

enum class Audience {
  kPublic,   // anybody, without a session
  kCouncil,  // members of the council and its committees, and the administration
  kAuditor,  // holders of the office of auditor
};

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_AUDIENCE_H_
