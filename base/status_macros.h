// RETURN_IF_ERROR and ASSIGN_OR_RETURN: return an error to the caller, or continue.
//
//   RETURN_IF_ERROR(store.Write(bytes));
//   ASSIGN_OR_RETURN(Checkpoint checkpoint, Checkpoint::Parse(text));
//
// Debian's Abseil (20220623) has no status_macros.h; we need only these two.
#ifndef VOTUM_BASE_STATUS_MACROS_H_
#define VOTUM_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define VOTUM_MACRO_CONCAT_INNER(a, b) a##b
#define VOTUM_MACRO_CONCAT(a, b) VOTUM_MACRO_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression)              \
  do {                                           \
    absl::Status votum_status = (expression);    \
    if (!votum_status.ok()) return votum_status; \
  } while (false)

#define ASSIGN_OR_RETURN(declaration, expression) \
  ASSIGN_OR_RETURN_IMPL(VOTUM_MACRO_CONCAT(votum_statusor_, __LINE__), declaration, expression)

#define ASSIGN_OR_RETURN_IMPL(variable, declaration, expression) \
  auto variable = (expression);                                  \
  if (!variable.ok()) return std::move(variable).status();       \
  declaration = *std::move(variable)

#endif  // VOTUM_BASE_STATUS_MACROS_H_
