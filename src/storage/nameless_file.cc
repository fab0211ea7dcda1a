#include "storage/nameless_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "storage/path.h"

namespace sluice::storage {

std::string TemporaryDirectory() {
  const char* chosen = std::getenv("TMPDIR");
  return chosen != nullptr && *chosen != '\0' ? chosen : "/tmp";
}

core::Result<Descriptor> OpenNameless(const std::string& directory) {
  core::Result<Descriptor> file = Descriptor::Open(directory, O_RDWR | O_TMPFILE, 0600);
  if (file.has_value()) return file;
  // Some file systems (NFS, older overlays) have no O_TMPFILE: a name that is removed at once does the same, but for
  // the moment between the two calls.
  std::string name = JoinPath(directory, ".sluice-spool-XXXXXX");
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return core::ErrorFromErrno(errno, "cannot make a temporary file in " + QuotedPath(directory));
  ::unlink(name.c_str());
  return Descriptor(fd, "the temporary file in " + QuotedPath(directory));
}

}  // namespace sluice::storage
