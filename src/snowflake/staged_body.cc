#include "snowflake/staged_body.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

#include "core/byte_size.h"
#include "snowflake/digest.h"

namespace sluice::snowflake {

using core::Result;
using core::Status;

namespace {

constexpr std::size_t kBlockBytes = 256 * core::kKiB;

}  // namespace

StagedBody::StagedBody(std::unique_ptr<storage::RandomAccessFile> file, std::string path, std::optional<FileKey> key)
    : file_(std::move(file)), path_(std::move(path)), key_(std::move(key)) {}

Result<std::unique_ptr<StagedBody>> StagedBody::Open(storage::FileSystem& files, const std::string& path,
                                                     std::optional<FileKey> key) {
  SLUICE_ASSIGN_OR_RETURN(auto file, files.OpenRandomAccess(path));
  std::unique_ptr<StagedBody> body(new StagedBody(std::move(file), path, std::move(key)));
  SLUICE_TRY(body->Rewind());
  return body;
}

Status StagedBody::Rewind() {
  if (key_) encryption_ = std::make_unique<CbcEncryption>(*key_);
  offset_ = 0;
  ended_ = false;
  made_.clear();
  given_ = 0;
  return core::Ok();
}

Status StagedBody::MakeMore() {
  made_.clear();
  given_ = 0;
  block_.resize(std::min<std::uint64_t>(kBlockBytes, file_->size() - offset_));
  SLUICE_ASSIGN_OR_RETURN(const std::size_t bytes, file_->ReadAt(offset_, block_));
  if (bytes != block_.size()) {
    return core::IoError(fmt::format("{}: became shorter while it was uploaded: {} bytes, not {}", path_,
                                     offset_ + bytes, file_->size()));
  }
  offset_ += bytes;
  ended_ = offset_ == file_->size();
  if (!encryption_) {
    made_.swap(block_);
    return core::Ok();
  }
  SLUICE_TRY(encryption_->Update(block_, made_));
  return ended_ ? encryption_->Finish(made_) : core::Ok();
}

Result<std::size_t> StagedBody::Read(std::span<char> out) {
  std::size_t filled = 0;
  while (filled < out.size()) {
    if (given_ == made_.size()) {
      if (ended_) break;
      SLUICE_TRY(MakeMore());
    }
    const std::size_t bytes = std::min(out.size() - filled, made_.size() - given_);
    std::copy_n(made_.data() + given_, bytes, out.data() + filled);
    given_ += bytes;
    filled += bytes;
  }
  return filled;
}

Result<std::string> DigestOfFile(storage::FileSystem& files, const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const auto file, files.OpenRandomAccess(path));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::string block(kBlockBytes, '\0');
  for (std::uint64_t offset = 0;;) {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t bytes, file->ReadAt(offset, block));
    if (bytes == 0) break;
    EVP_DigestUpdate(context.get(), block.data(), bytes);
    offset += bytes;
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context.get(), digest, &size);
  return Base64({reinterpret_cast<const char*>(digest), size});
}

}  // namespace sluice::snowflake
