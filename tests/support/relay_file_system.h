#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/file_system.h"

namespace sluice::testing {

/// Passes everything on to another file system, for tests that change a call.
template <typename Inner = storage::FileSystem>
class RelayFileSystem : public storage::FileSystem {
 public:
  explicit RelayFileSystem(Inner& inner) : inner_(inner) {}
  core::Result<storage::FileInfo> Stat(const std::string& path) override { return inner_.Stat(path); }
  core::Result<std::vector<storage::FileInfo>> List(const std::string& path) override { return inner_.List(path); }
  core::Result<std::unique_ptr<storage::ByteStream>> OpenStream(const std::string& path) override {
    return inner_.OpenStream(path);
  }
  core::Result<std::unique_ptr<storage::RandomAccessFile>> OpenRandomAccess(const std::string& path) override {
    return inner_.OpenRandomAccess(path);
  }
  core::Result<std::unique_ptr<storage::WritableFile>> Create(const std::string& path) override {
    return inner_.Create(path);
  }
  core::Result<std::unique_ptr<storage::WritableFile>> CreateNew(const std::string& path) override {
    return inner_.CreateNew(path);
  }
  core::Status Rename(const std::string& from, const std::string& to) override { return inner_.Rename(from, to); }
  core::Status Link(const std::string& from, const std::string& to) override { return inner_.Link(from, to); }
  core::Status RenameNew(const std::string& from, const std::string& to) override { return inner_.RenameNew(from, to); }
  core::Status Remove(const std::string& path) override { return inner_.Remove(path); }
  core::Status CreateDirectories(const std::string& path) override { return inner_.CreateDirectories(path); }
  core::Status SyncDirectory(const std::string& path) override { return inner_.SyncDirectory(path); }

 protected:
  Inner& inner_;
};

}  // namespace sluice::testing
