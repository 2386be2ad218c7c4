#include "services/votumd/hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/log.h"

namespace votum {
namespace {

// More connections than any limit of ours; some machines allow so many that tables of that size
// would be a burden.
constexpr rlim_t kMostFiles = 1 << 20;
// The streams, tablets and services of one city.
constexpr rlim_t kFewFiles = 8192;

int64_t ForLog(rlim_t limit) {
  return static_cast<int64_t>(
      std::min<rlim_t>(limit, static_cast<rlim_t>(std::numeric_limits<int64_t>::max())));
}

void RaiseFiles() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  const rlim_t before = files.rlim_cur;
  files.rlim_cur = std::max(before, std::min(files.rlim_max, kMostFiles));
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) files.rlim_cur = before;
  const bool few = files.rlim_cur < kFewFiles;
  Log(few ? Severity::kWarning : Severity::kInfo,
      few ? "few files may be open at a time, and each connection is one; raise LimitNOFILE of the "
            "unit"
          : "files that may be open at a time",
      {{"files", ForLog(files.rlim_cur)}, {"before", ForLog(before)}});
}

}  // namespace

void HardenProcess() {
  const rlimit no_core{0, 0};
  if (prctl(PR_SET_DUMPABLE, 0) != 0 || setrlimit(RLIMIT_CORE, &no_core) != 0)
    Log(Severity::kWarning, "the memory of this process can be read or written to a core file");
  if (geteuid() == 0) {
    Log(Severity::kWarning,
        "running as root, which nothing here needs: give the deployment a user of its own");
  }
  RaiseFiles();
}

}  // namespace votum
