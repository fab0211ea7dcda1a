#include "storage/publish_journal.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/byte_size.h"
#include "storage/path.h"
#include "storage/temporary_name.h"

namespace sluice::storage {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kJournalBytesMax = 64 * core::kMiB;
constexpr int kVersion = 1;

// JSON is UTF-8 and paths are bytes: bytes above 0x7f travel as the code points of the same number.
Json PathToJson(const std::string& directory, const std::string& path) {
  // "." has no prefix: every relative path is below it.
  const std::string prefix = directory == "." ? "" : JoinPath(directory, "");
  const bool below = path.starts_with('/') == directory.starts_with('/') && path.starts_with(prefix);
  std::string text;
  for (const char c : below ? path.substr(prefix.size()) : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return {{"path", text}, {"below", below}};
}

std::string PathFromJson(const std::string& directory, const Json& json) {
  const auto& text = json.at("path").get_ref<const std::string&>();
  std::string path;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80 || i + 1 == text.size()) {
      path += text[i];
    } else {
      path += static_cast<char>((byte & 0x03) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3f));
    }
  }
  return json.at("below").get<bool>() ? JoinPath(directory, path) : path;
}

PublishRequest RequestFromJson(const std::string& directory, const Json& json) {
  PublishRequest request;
  request.directory = directory;
  request.mode = json.at("mode") == "create" ? PublishMode::kCreate : PublishMode::kReplace;
  for (const Json& file : json.at("files")) {
    request.files.push_back({PathFromJson(directory, file.at("temp")), PathFromJson(directory, file.at("final")),
                             file.at("bytes").get<std::uint64_t>(), file.at("checksum").get<std::string>()});
  }
  return request;
}

}  // namespace

core::Result<std::string> WriteJournal(FileSystem& files, const PublishRequest& request) {
  const std::string directory = NormalPath(request.directory);
  Json list = Json::array();
  for (const FinishedFile& file : request.files) {
    list.push_back({{"temp", PathToJson(directory, NormalPath(file.temp_path))},
                    {"final", PathToJson(directory, NormalPath(file.final_path))},
                    {"bytes", file.bytes},
                    {"checksum", file.checksum}});
  }
  const Json json = {{"version", kVersion},
                     {"mode", request.mode == PublishMode::kCreate ? "create" : "replace"},
                     {"files", std::move(list)}};
  std::string path = JournalPath(directory, request.id, request.owner);
  if (!ParseJournalName(FileName(path)).has_value()) {
    return core::Internal("'" + request.id + "' cannot name a commit");
  }
  SLUICE_TRY(files.CreateDirectories(directory));
  const std::string temp_path = TemporaryPath(path, request.id, request.owner);
  const auto write = [&]() -> core::Status {
    SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<WritableFile> file, files.Create(temp_path));
    SLUICE_TRY(file->Append(json.dump(1) + "\n"));
    SLUICE_TRY(file->Sync());
    SLUICE_TRY(file->Close());
    return files.Rename(temp_path, path);
  };
  core::Status written = write();
  if (written.has_value()) written = files.SyncDirectory(directory);
  if (written.has_value()) return path;
  (void)files.Remove(temp_path);
  const core::Status removed = files.Remove(path);
  if (removed.has_value() || removed.error().kind() == core::ErrorKind::kNotFound) return std::move(written).error();
  return core::OutcomeUnknown("the journal " + QuotedPath(path) +
                              " may or may not survive: " + written.error().message())
      .WithHint("run the same command again: it completes what was decided");
}

core::Result<PublishRequest> ReadJournal(FileSystem& files, const std::string& journal_path) {
  const std::optional<ParsedName> name = ParseJournalName(FileName(journal_path));
  if (!name.has_value()) return core::InvalidInput(QuotedPath(journal_path) + " is not the name of a journal");
  SLUICE_ASSIGN_OR_RETURN(const std::string text, files.ReadAll(journal_path, kJournalBytesMax));
  try {
    const Json json = Json::parse(text);
    if (json.at("version") != kVersion) {
      return core::Unsupported(QuotedPath(journal_path) + " was written by a newer version of sluice");
    }
    PublishRequest request = RequestFromJson(ParentPath(journal_path), json);
    request.id = name->unique;
    request.owner = name->owner;
    return request;
  } catch (const Json::exception& error) {
    return core::Corruption(QuotedPath(journal_path) + " is not a journal: " + error.what());
  }
}

}  // namespace sluice::storage
