#include "services/runtime/build_identity.h"

#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "crypto/hash.h"

namespace votum {
namespace {

constexpr absl::string_view kGnu("GNU\0", 4);

// The build ID among the notes; empty if there is none. Parts of a note begin at multiples of four.
absl::string_view BuildIdIn(absl::string_view notes) {
  const auto padded = [](size_t size) { return (size + 3) / 4 * 4; };
  ElfW(Nhdr) head;
  while (notes.size() >= sizeof(head)) {
    std::memcpy(&head, notes.data(), sizeof(head));
    notes.remove_prefix(sizeof(head));
    const size_t name_size = padded(head.n_namesz);
    const size_t size = name_size + padded(head.n_descsz);
    if (size > notes.size()) break;
    if (head.n_type == NT_GNU_BUILD_ID && notes.substr(0, head.n_namesz) == kGnu)
      return notes.substr(name_size, head.n_descsz);
    notes.remove_prefix(size);
  }
  return "";
}

struct Found {
  std::string ids;
  std::string without;  // the first file without a build ID
  bool any_without = false;
};

int AddObject(dl_phdr_info* object, size_t, void* data) {
  // The kernel's own page is no part of the program.
  if (object->dlpi_addr != 0 && object->dlpi_addr == getauxval(AT_SYSINFO_EHDR)) return 0;
  Found& found = *static_cast<Found*>(data);
  absl::string_view id;
  for (int i = 0; i < object->dlpi_phnum && id.empty(); ++i) {
    const ElfW(Phdr)& part = object->dlpi_phdr[i];
    if (part.p_type != PT_NOTE) continue;
    // An address in this process, as the manual of dl_iterate_phdr computes it.
    const auto* const begin = reinterpret_cast<const char*>(  // NOLINT(performance-no-int-to-ptr)
        object->dlpi_addr + part.p_vaddr);
    id = BuildIdIn({begin, part.p_memsz});
  }
  if (id.empty() && !found.any_without) {
    found.any_without = true;
    found.without = object->dlpi_name;
  }
  absl::StrAppend(&found.ids, id.size(), ":", id);
  return 0;
}

}  // namespace

absl::StatusOr<std::string> BuildIdentity() {
  Found found;
  dl_iterate_phdr(AddObject, &found);
  if (!found.any_without) return crypto::ToHex(crypto::Sha256(found.ids));
  return absl::FailedPreconditionError(
      absl::StrCat(found.without.empty() ? "this program" : found.without,
                   " was linked without a build ID (-Wl,--build-id)"));
}

}  // namespace votum
