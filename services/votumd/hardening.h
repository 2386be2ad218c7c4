// A server's process gives up what only attackers need, before it opens anything.
#ifndef VOTUM_SERVICES_VOTUMD_HARDENING_H_
#define VOTUM_SERVICES_VOTUMD_HARDENING_H_

namespace votum {

// From now on no other program of this user can read this process's memory, in which keys are, by
// ptrace or /proc, and it leaves no core file behind. It may have as many files and connections open
// as its user is allowed to. A warning if it runs as root: nothing here needs that.
void HardenProcess();

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_HARDENING_H_
