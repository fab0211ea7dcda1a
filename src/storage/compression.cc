#include "storage/compression.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "storage/gzip_inflator.h"
#include "storage/zstd_inflator.h"

namespace sluice::storage {
namespace {

constexpr std::size_t kInputBytes = 256 * core::kKiB;

bool EndsWithIgnoringCase(std::string_view text, std::string_view suffix) {
  if (text.size() < suffix.size()) return false;
  return std::ranges::equal(text.substr(text.size() - suffix.size()), suffix, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  });
}

/// Moves bytes from a stored stream through an Inflator: members, limits and errors with their places.
class InflateStream final : public ByteStream {
 public:
  InflateStream(std::unique_ptr<Inflator> inflator, std::unique_ptr<ByteStream> source, InflateOptions options)
      : inflator_(std::move(inflator)),
        source_(std::move(source)),
        options_(std::move(options)),
        buffer_(kInputBytes) {}

  core::Result<std::size_t> Read(std::span<char> out) override {
    std::size_t filled = 0;
    while (filled < out.size() && !ended_) {
      SLUICE_ASSIGN_OR_RETURN(const std::size_t produced, Produce(out.subspan(filled)));
      filled += produced;
    }
    return filled;
  }
  std::uint64_t stored_bytes_read() const override { return source_->stored_bytes_read(); }
  void Interrupt() override { source_->Interrupt(); }

 private:
  core::Result<std::size_t> Produce(std::span<char> out) {
    if (input_.empty() && !source_ended_) SLUICE_TRY(Refill());
    if (between_members_) {
      if (input_.empty()) return Finish();
      inflator_->Restart();
      between_members_ = false;
    }
    core::Result<Inflator::Step> step = inflator_->Inflate(input_, out);
    if (!step.has_value()) return Place(std::move(step).error());
    input_ = input_.subspan(step->consumed);
    in_bytes_ += step->consumed;
    out_bytes_ += step->produced;
    if (step->member_ended) {
      ++members_;
      between_members_ = true;
    } else if (step->consumed == 0 && step->produced == 0) {
      SLUICE_TRY(CheckStalled());
    }
    SLUICE_TRY(CheckRatio());
    return step->produced;
  }

  core::Status Refill() {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, source_->Read(buffer_));
    input_ = std::span<const char>(buffer_).first(got);
    source_ended_ = got < buffer_.size();
    return core::Ok();
  }

  core::Result<std::size_t> Finish() {
    if (members_ == 0) return Place(core::Corruption("the file is empty"));
    ended_ = true;
    return std::size_t{0};
  }

  /// An inflator stands still when it lacks input; with input left it would stand still for ever.
  core::Status CheckStalled() const {
    if (!input_.empty()) return Place(core::Corruption("damaged data"));
    if (!source_ended_) return core::Ok();
    return Place(core::Corruption("it ends in the middle; the file is truncated"))
        .WithHint("fetch the file again; its sender had not finished writing it, or the transfer broke");
  }

  core::Status CheckRatio() const {
    if (out_bytes_ <= options_.ratio_free_bytes || out_bytes_ / options_.ratio_max < in_bytes_) return core::Ok();
    return core::LimitExceeded(options_.name + ": " + std::to_string(in_bytes_) + " bytes inflate to more than " +
                               core::FormatByteSizeRounded(out_bytes_))
        .WithHint("if the file is to be trusted, raise --limit-ratio")
        .WithContext("limit ratio=" + std::to_string(options_.ratio_max));
  }

  core::Error Place(core::Error error) const {
    std::string place =
        options_.name + ": " + std::string(inflator_->format()) + " at byte " + std::to_string(in_bytes_) + ": ";
    const bool trailing = members_ > 0 && !between_members_ && error.message().starts_with("no ");
    if (trailing) place += "bytes after the end of the data: ";
    return std::move(error).WithPrefix(place);
  }

  std::unique_ptr<Inflator> inflator_;
  std::unique_ptr<ByteStream> source_;
  InflateOptions options_;
  std::vector<char> buffer_;
  std::span<const char> input_;  // what is left of buffer_
  std::uint64_t in_bytes_ = 0;
  std::uint64_t out_bytes_ = 0;
  std::uint64_t members_ = 0;
  bool between_members_ = true;
  bool source_ended_ = false;
  bool ended_ = false;
};

}  // namespace

Compression CompressionOfName(std::string_view path) {
  if (EndsWithIgnoringCase(path, ".gz")) return Compression::kGzip;
  if (EndsWithIgnoringCase(path, ".zst")) return Compression::kZstd;
  return Compression::kNone;
}

Compression CompressionOfBytes(std::string_view head) {
  if (head.starts_with("\x1f\x8b\x08")) return Compression::kGzip;
  if (head.starts_with("\x28\xb5\x2f\xfd")) return Compression::kZstd;
  return Compression::kNone;
}

std::string_view WithoutCompressionSuffix(std::string_view path) {
  switch (CompressionOfName(path)) {
    case Compression::kNone: return path;
    case Compression::kGzip: return path.substr(0, path.size() - 3);
    case Compression::kZstd: return path.substr(0, path.size() - 4);
  }
  return path;
}

std::unique_ptr<ByteStream> Inflate(Compression compression, std::unique_ptr<ByteStream> source,
                                    InflateOptions options) {
  switch (compression) {
    case Compression::kNone: break;
    case Compression::kGzip:
      return std::make_unique<InflateStream>(NewGzipInflator(), std::move(source), std::move(options));
    case Compression::kZstd: {
      std::unique_ptr<Inflator> inflator = NewZstdInflator(options.window_bytes_max);
      return std::make_unique<InflateStream>(std::move(inflator), std::move(source), std::move(options));
    }
  }
  return source;
}

}  // namespace sluice::storage
