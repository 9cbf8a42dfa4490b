/* Linked into the static binary only; docs/decisions/static-build.md says why. */
#include <malloc.h>
#include <nss.h>

__attribute__((constructor)) static void use_built_in_lookups(void) {
  __nss_configure_lookup("hosts", "files dns");
  __nss_configure_lookup("passwd", "files");
  __nss_configure_lookup("group", "files");
}

__attribute__((constructor)) static void give_memory_back(void) {
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
}
