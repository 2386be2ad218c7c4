// A role in a deployment that one process has at a time: a locked file, held until the object or the
// process ends, however it ends.
//
// The lock is flock's, which belongs to the open file: nobody loses it by opening and closing the
// file elsewhere, and the kernel releases it with the process. The file stays, and says by its
// content which process had the role last. It must not be removed while it is locked, as a second
// process would then make and lock another file.
#ifndef VOTUM_BASE_ROLE_LOCK_H_
#define VOTUM_BASE_ROLE_LOCK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace votum {

class RoleLock {
 public:
  // Locks the file at `path`, which is made (mode 0600) if it is missing, and does not wait. `folder`
  // is the deployment's, for the message.
  //
  //   FAILED_PRECONDITION/DEPLOYMENT_IN_USE  another process holds it; the message has its number
  //   DATA_LOSS/FILE_MISSING                 the folder of `path` is missing: is its disk mounted?
  static absl::StatusOr<RoleLock> Take(const std::string& path, absl::string_view folder);
  ~RoleLock();
  RoleLock(RoleLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  RoleLock(const RoleLock&) = delete;
  RoleLock& operator=(const RoleLock&) = delete;

 private:
  explicit RoleLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace votum

#endif  // VOTUM_BASE_ROLE_LOCK_H_
