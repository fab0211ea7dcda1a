#include "storage/fault_file_system.h"

#include <utility>

#include "storage/path.h"

namespace sluice::storage {

// Only the outcome is touched, so one template serves calls that return nothing and calls that return a file.
template <typename Call>
auto FaultFileSystem::Change(const char* action, const std::string& path, Call call) -> decltype(call()) {
  const Verdict verdict = Count();
  if (verdict == Verdict::kFail) return Fault(action, path);
  auto result = call();
  if (verdict == Verdict::kFailAfterwards) return Fault(action, path);
  return result;
}

class FaultWritableFile final : public WritableFile {
 public:
  FaultWritableFile(FaultFileSystem& owner, std::string path, std::unique_ptr<WritableFile> inner)
      : owner_(owner), path_(std::move(path)), inner_(std::move(inner)) {}

  core::Status Append(std::string_view bytes) override {
    switch (owner_.Count()) {
      case FaultFileSystem::Verdict::kPass: return inner_->Append(bytes);
      case FaultFileSystem::Verdict::kFail:
        if (owner_.changes() == owner_.plan_.at) SLUICE_TRY(inner_->Append(bytes.substr(0, bytes.size() / 2)));
        break;
      case FaultFileSystem::Verdict::kFailAfterwards: SLUICE_TRY(inner_->Append(bytes)); break;
    }
    return owner_.Fault("cannot write", path_);
  }
  core::Status Sync() override {
    return owner_.Change("cannot sync", path_, [&] { return inner_->Sync(); });
  }
  core::Status Close() override {
    return owner_.Change("cannot close", path_, [&] { return inner_->Close(); });
  }

 private:
  FaultFileSystem& owner_;
  std::string path_;
  std::unique_ptr<WritableFile> inner_;
};

class FaultRandomAccessFile final : public RandomAccessFile {
 public:
  FaultRandomAccessFile(FaultFileSystem& owner, std::string path, std::unique_ptr<RandomAccessFile> inner)
      : owner_(owner), path_(std::move(path)), inner_(std::move(inner)) {}

  std::uint64_t size() const override { return inner_->size(); }
  core::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) override {
    SLUICE_TRY(owner_.CheckRead(path_));
    return inner_->ReadAt(offset, out);
  }

 private:
  FaultFileSystem& owner_;
  std::string path_;
  std::unique_ptr<RandomAccessFile> inner_;
};

std::uint64_t FaultFileSystem::changes() const {
  const std::scoped_lock lock(mutex_);
  return changes_;
}

bool FaultFileSystem::fired() const { return plan_.at != 0 && changes() >= plan_.at; }

FaultFileSystem::Verdict FaultFileSystem::Count() {
  const std::scoped_lock lock(mutex_);
  if (!plan_.reads) return CountAny();
  const bool dead = plan_.mode == FaultPlan::Mode::kDie && plan_.at != 0 && changes_ >= plan_.at;
  return dead ? Verdict::kFail : Verdict::kPass;
}

FaultFileSystem::Verdict FaultFileSystem::CountAny() {
  ++changes_;
  if (plan_.at == 0 || changes_ < plan_.at) return Verdict::kPass;
  if (changes_ == plan_.at) {
    return plan_.mode == FaultPlan::Mode::kLostReply ? Verdict::kFailAfterwards : Verdict::kFail;
  }
  const bool lasting = plan_.mode == FaultPlan::Mode::kSticky || plan_.mode == FaultPlan::Mode::kDie;
  return lasting ? Verdict::kFail : Verdict::kPass;
}

core::Error FaultFileSystem::Fault(const char* action, const std::string& path) const {
  return core::ErrorFromErrno(plan_.errno_value, std::string(action) + " " + QuotedPath(path));
}

core::Status FaultFileSystem::CheckRead(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  const bool dead = plan_.mode == FaultPlan::Mode::kDie && plan_.at != 0 && changes_ >= plan_.at;
  const bool failed = plan_.reads && CountAny() != Verdict::kPass;
  if (dead || failed) return Fault("cannot read", path);
  return core::Ok();
}

core::Result<FileInfo> FaultFileSystem::Stat(const std::string& path) {
  SLUICE_TRY(CheckRead(path));
  return inner_.Stat(path);
}

core::Result<std::vector<FileInfo>> FaultFileSystem::List(const std::string& directory) {
  SLUICE_TRY(CheckRead(directory));
  return inner_.List(directory);
}

core::Result<std::unique_ptr<ByteStream>> FaultFileSystem::OpenStream(const std::string& path) {
  SLUICE_TRY(CheckRead(path));
  return inner_.OpenStream(path);
}

core::Result<std::unique_ptr<RandomAccessFile>> FaultFileSystem::OpenRandomAccess(const std::string& path) {
  SLUICE_TRY(CheckRead(path));
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, inner_.OpenRandomAccess(path));
  if (!plan_.reads) return file;
  return std::make_unique<FaultRandomAccessFile>(*this, path, std::move(file));
}

core::Result<std::unique_ptr<WritableFile>> FaultFileSystem::Create(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> file,
                          Change("cannot open", path, [&] { return inner_.Create(path); }));
  return std::make_unique<FaultWritableFile>(*this, path, std::move(file));
}

core::Result<std::unique_ptr<WritableFile>> FaultFileSystem::CreateNew(const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> file,
                          Change("cannot open", path, [&] { return inner_.CreateNew(path); }));
  return std::make_unique<FaultWritableFile>(*this, path, std::move(file));
}

core::Status FaultFileSystem::Rename(const std::string& from, const std::string& to) {
  return Change("cannot rename", from, [&] { return inner_.Rename(from, to); });
}

core::Status FaultFileSystem::Link(const std::string& from, const std::string& to) {
  return Change("cannot link", from, [&] { return inner_.Link(from, to); });
}

core::Status FaultFileSystem::RenameNew(const std::string& from, const std::string& to) {
  return Change("cannot rename", from, [&] { return inner_.RenameNew(from, to); });
}

core::Status FaultFileSystem::Remove(const std::string& path) {
  return Change("cannot remove", path, [&] { return inner_.Remove(path); });
}

core::Status FaultFileSystem::CreateDirectories(const std::string& path) {
  return Change("cannot make the folder", path, [&] { return inner_.CreateDirectories(path); });
}

core::Status FaultFileSystem::SyncDirectory(const std::string& path) {
  return Change("cannot sync", path, [&] { return inner_.SyncDirectory(path); });
}

}  // namespace sluice::storage
