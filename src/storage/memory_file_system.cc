#include "storage/memory_file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "storage/memory_stream.h"
#include "storage/path.h"

namespace sluice::storage {

class MemoryWritableFile final : public WritableFile {
 public:
  MemoryWritableFile(MemoryFileSystem& owner, std::shared_ptr<MemoryFileSystem::Node> node)
      : owner_(owner), node_(std::move(node)) {}

  core::Status Append(std::string_view bytes) override {
    const std::scoped_lock lock(owner_.mutex_);
    if (closed_) return core::Internal("append to a closed file");
    node_->bytes.append(bytes);
    node_->mtime_ns = ++owner_.changes_;
    return core::Ok();
  }
  core::Status Sync() override {
    const std::scoped_lock lock(owner_.mutex_);
    if (closed_) return core::Internal("sync of a closed file");
    node_->synced_bytes = node_->bytes;
    return core::Ok();
  }
  core::Status Close() override {
    closed_ = true;
    return core::Ok();
  }

 private:
  MemoryFileSystem& owner_;
  std::shared_ptr<MemoryFileSystem::Node> node_;
  bool closed_ = false;
};

namespace {

class MemoryRandomAccessFile final : public RandomAccessFile {
 public:
  explicit MemoryRandomAccessFile(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  core::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const std::size_t count = std::min<std::size_t>(out.size(), bytes_.size() - offset);
    std::memcpy(out.data(), bytes_.data() + offset, count);
    return count;
  }

 private:
  std::string bytes_;
};

core::Error FolderInsteadOfFile(const std::string& path) {
  return core::InvalidInput(QuotedPath(path) + " is a folder, not a file");
}

core::Error Missing(const char* action, const std::string& path) {
  return core::ErrorFromErrno(ENOENT, std::string(action) + " " + QuotedPath(path));
}

}  // namespace

bool MemoryFileSystem::IsDirectory(const std::string& path) const {
  return path == "." || path == "/" || directories_.contains(path);
}

core::Status MemoryFileSystem::CheckParent(const std::string& path) const {
  if (!IsDirectory(ParentPath(path))) return Missing("cannot find the folder of", path);
  return core::Ok();
}

core::Result<std::shared_ptr<MemoryFileSystem::Node>> MemoryFileSystem::Find(const std::string& path) const {
  const std::string key = NormalPath(path);
  if (IsDirectory(key)) return FolderInsteadOfFile(path);
  const auto found = names_.find(key);
  if (found == names_.end()) return Missing("cannot open", path);
  return found->second;
}

FileInfo MemoryFileSystem::Info(std::string path, const Node& node) const {
  return {std::move(path), false, node.bytes.size(), node.mtime_ns, node.identity};
}

core::Result<FileInfo> MemoryFileSystem::Stat(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  const std::string key = NormalPath(path);
  if (IsDirectory(key)) return FileInfo{path, true, 0, 0, 0};
  const auto found = names_.find(key);
  if (found == names_.end()) return Missing("cannot find", path);
  return Info(path, *found->second);
}

core::Result<std::vector<FileInfo>> MemoryFileSystem::List(const std::string& directory) {
  const std::scoped_lock lock(mutex_);
  const std::string key = NormalPath(directory);
  if (names_.contains(key)) return core::InvalidInput(QuotedPath(directory) + " is a file, not a folder");
  if (!IsDirectory(key)) return Missing("cannot list", directory);
  const std::string prefix = directory.ends_with('/') ? directory : directory + "/";
  std::vector<FileInfo> infos;
  for (const auto& [path, node] : names_) {
    if (ParentPath(path) == key) infos.push_back(Info(prefix + std::string(FileName(path)), *node));
  }
  for (const std::string& path : directories_) {
    if (ParentPath(path) == key) infos.push_back({prefix + std::string(FileName(path)), true, 0, 0, 0});
  }
  std::ranges::sort(infos, {}, &FileInfo::path);
  return infos;
}

core::Result<std::unique_ptr<ByteStream>> MemoryFileSystem::OpenStream(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<Node> node, Find(path));
  return StreamFromString(node->bytes);
}

core::Result<std::unique_ptr<RandomAccessFile>> MemoryFileSystem::OpenRandomAccess(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<Node> node, Find(path));
  return std::make_unique<MemoryRandomAccessFile>(node->bytes);
}

core::Result<std::unique_ptr<WritableFile>> MemoryFileSystem::Open(const std::string& path, bool must_be_new) {
  const std::scoped_lock lock(mutex_);
  const std::string key = NormalPath(path);
  if (IsDirectory(key) && !must_be_new) return FolderInsteadOfFile(path);
  if (must_be_new && (IsDirectory(key) || names_.contains(key))) {
    return core::ErrorFromErrno(EEXIST, "cannot open " + QuotedPath(path));
  }
  SLUICE_TRY(CheckParent(key));
  std::shared_ptr<Node>& node = names_[key];
  if (node == nullptr) {
    node = std::make_shared<Node>();
    node->identity = ++identities_;
  }
  node->bytes.clear();
  node->mtime_ns = ++changes_;
  return std::make_unique<MemoryWritableFile>(*this, node);
}

core::Result<std::unique_ptr<WritableFile>> MemoryFileSystem::Create(const std::string& path) {
  return Open(path, false);
}

core::Result<std::unique_ptr<WritableFile>> MemoryFileSystem::CreateNew(const std::string& path) {
  return Open(path, true);
}

core::Status MemoryFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::scoped_lock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<Node> node, Find(from));
  const std::string key = NormalPath(to);
  if (IsDirectory(key)) return FolderInsteadOfFile(to);
  SLUICE_TRY(CheckParent(key));
  const auto target = names_.find(key);
  // Renaming one name of a file to another name of the same file does nothing (POSIX).
  if (target != names_.end() && target->second == node) return core::Ok();
  names_.erase(NormalPath(from));
  names_[key] = node;
  return core::Ok();
}

core::Status MemoryFileSystem::Link(const std::string& from, const std::string& to) {
  const std::scoped_lock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<Node> node, Find(from));
  const std::string key = NormalPath(to);
  if (IsDirectory(key) || names_.contains(key)) {
    return core::ErrorFromErrno(EEXIST, "cannot link " + QuotedPath(from) + " to " + QuotedPath(to));
  }
  SLUICE_TRY(CheckParent(key));
  names_[key] = node;
  return core::Ok();
}

core::Status MemoryFileSystem::RenameNew(const std::string& from, const std::string& to) {
  const std::scoped_lock lock(mutex_);
  SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<Node> node, Find(from));
  const std::string key = NormalPath(to);
  if (IsDirectory(key) || names_.contains(key)) {
    return core::ErrorFromErrno(EEXIST, "cannot rename " + QuotedPath(from) + " to " + QuotedPath(to));
  }
  SLUICE_TRY(CheckParent(key));
  names_.erase(NormalPath(from));
  names_[key] = node;
  return core::Ok();
}

core::Status MemoryFileSystem::Remove(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  const std::string key = NormalPath(path);
  if (names_.erase(key) == 1) return core::Ok();
  if (!directories_.contains(key)) return Missing("cannot remove", path);
  const auto inside = [&key](const std::string& entry) { return ParentPath(entry) == key; };
  const bool filled = std::ranges::any_of(directories_, inside) ||
                      std::ranges::any_of(names_, [&](const auto& name) { return inside(name.first); });
  if (filled) return core::ErrorFromErrno(ENOTEMPTY, "cannot remove " + QuotedPath(path));
  directories_.erase(key);
  return core::Ok();
}

core::Status MemoryFileSystem::CreateDirectories(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  for (std::string key = NormalPath(path); !IsDirectory(key); key = ParentPath(key)) {
    if (names_.contains(key)) return core::InvalidInput(QuotedPath(key) + " is a file where a folder is needed");
  }
  for (std::string key = NormalPath(path); !IsDirectory(key); key = ParentPath(key)) directories_.insert(key);
  return core::Ok();
}

core::Status MemoryFileSystem::SyncDirectory(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  const std::string key = NormalPath(path);
  if (!IsDirectory(key)) return Missing("cannot open", path);
  std::erase_if(synced_names_, [&](const auto& name) { return ParentPath(name.first) == key; });
  for (const auto& [name, node] : names_) {
    if (ParentPath(name) == key) synced_names_[name] = node;
  }
  return core::Ok();
}

void MemoryFileSystem::Crash(Loss loss) {
  const std::scoped_lock lock(mutex_);
  if (loss == Loss::kBytes) {
    synced_names_ = names_;
  } else {
    names_ = synced_names_;
  }
  // A copy, so that a file somebody still writes to is no longer the one that others see.
  std::map<const Node*, std::shared_ptr<Node>> copies;
  for (auto& [name, node] : names_) {
    std::shared_ptr<Node>& copy = copies[node.get()];
    if (copy == nullptr) {
      copy = std::make_shared<Node>(*node);
      if (loss == Loss::kNames) {
        copy->synced_bytes = copy->bytes;
      } else {
        copy->bytes = copy->synced_bytes;
      }
    }
    node = copy;
  }
  synced_names_ = names_;
}

std::map<std::string, std::string> MemoryFileSystem::Contents() const {
  const std::scoped_lock lock(mutex_);
  std::map<std::string, std::string> contents;
  for (const auto& [name, node] : names_) contents[name] = node->bytes;
  return contents;
}

void MemoryFileSystem::Put(const std::string& path, std::string bytes) {
  (void)CreateDirectories(ParentPath(NormalPath(path)));
  const std::scoped_lock lock(mutex_);
  const auto node = std::make_shared<Node>();
  node->bytes = node->synced_bytes = std::move(bytes);
  node->mtime_ns = ++changes_;
  node->identity = ++identities_;
  names_[NormalPath(path)] = synced_names_[NormalPath(path)] = node;
}

}  // namespace sluice::storage
