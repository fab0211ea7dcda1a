#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/body_source.h"
#include "snowflake/stage_encryption.h"
#include "storage/file_system.h"

namespace sluice::snowflake {

/// The bytes that a stage stores for a local file: encrypted with `key`, or as they are. Holds one block of the file in
/// memory. Threads: one at a time.
class StagedBody final : public http::BodySource {
 public:
  /// IoError when the file cannot be opened.
  static core::Result<std::unique_ptr<StagedBody>> Open(storage::FileSystem& files, const std::string& path,
                                                        std::optional<FileKey> key);
  std::uint64_t plain_size() const { return file_->size(); }

  std::uint64_t size() const override { return key_ ? EncryptedSize(file_->size()) : file_->size(); }
  /// IoError when the file became shorter.
  core::Result<std::size_t> Read(std::span<char> out) override;
  core::Status Rewind() override;

 private:
  StagedBody(std::unique_ptr<storage::RandomAccessFile> file, std::string path, std::optional<FileKey> key);
  core::Status MakeMore();

  std::unique_ptr<storage::RandomAccessFile> file_;
  std::string path_;
  std::optional<FileKey> key_;
  std::unique_ptr<CbcEncryption> encryption_;
  std::uint64_t offset_ = 0;
  bool ended_ = false;
  std::string block_;
  std::string made_;
  std::size_t given_ = 0;
};

/// base64 of the SHA-256 of a file's bytes.
core::Result<std::string> DigestOfFile(storage::FileSystem& files, const std::string& path);

}  // namespace sluice::snowflake
