#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/count_text.h"
#include "cli/verbs.h"
#include "core/byte_size.h"
#include "recorder/folder_state.h"
#include "storage/path.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;
using recorder::FolderState;
using recorder::FolderUse;

Json ToJson(const FolderState& state) {
  Json object{{"directory", state.folder},    {"state", recorder::NameOf(state.use)},
              {"recorders", state.recorders}, {"files", state.manifest.files.size()},
              {"rows", state.rows()},         {"bytes", state.bytes()}};
  if (!state.manifest.closes.empty()) {
    std::uint64_t dropped = 0;
    for (const recorder::ManifestClose& close : state.manifest.closes) dropped += close.dropped;
    object["dropped"] = dropped;
  }
  return object;
}

core::Result<ExitCode> List(const std::string& directory, Application& application) {
  Console& console = application.console();
  SLUICE_ASSIGN_OR_RETURN(const auto environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(const auto folders, recorder::ListFolders(*environment, directory));
  if (console.json()) {
    Json object{{"recorders", Json::array()}};
    for (const FolderState& state : folders) object["recorders"].push_back(ToJson(state));
    console.Data(object.dump(console.json_indent()) + "\n");
    return ExitCode::kDone;
  }
  for (const FolderState& state : folders) {
    console.Data(fmt::format("{}: {}, {}, {} ({}){}\n", state.folder, recorder::NameOf(state.use),
                             CountText(state.manifest.files.size(), "file"), CountText(state.rows(), "row"),
                             core::FormatByteSizeRounded(state.bytes()),
                             state.holder.empty() ? "" : ", in use by " + state.holder));
    if (state.use == FolderUse::kOrphan) {
      console.Hint(fmt::format("hint: its recorder died; to publish what it left: sluice recorder recover {}",
                               storage::QuotedPath(state.folder)));
    }
  }
  if (folders.empty()) console.Say(fmt::format("no recorder's files in {}", storage::QuotedPath(directory)));
  return ExitCode::kDone;
}

core::Result<ExitCode> Recover(const std::string& directory, Application& application) {
  Console& console = application.console();
  SLUICE_ASSIGN_OR_RETURN(const auto environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(const auto folders, recorder::ListFolders(*environment, directory));
  Json object{{"recovered", Json::array()}};
  for (const FolderState& state : folders) {
    if (state.use == FolderUse::kLive) {
      console.Hint(
          fmt::format("note: {} is in use by {} and was left alone", storage::QuotedPath(state.folder), state.holder));
    }
    if (state.use != FolderUse::kOrphan) continue;
    SLUICE_ASSIGN_OR_RETURN(const auto recovered, recorder::TakeOver(*environment, state.folder));
    for (const recorder::RecoveredRecorder& one : recovered) {
      object["recovered"].push_back(
          {{"directory", state.folder}, {"recorder", one.recorder}, {"rows", one.rows}, {"file", one.file}});
      console.Say(one.rows == 0
                      ? fmt::format("{} {}: all rows were in files already", console.symbols().done, state.folder)
                      : fmt::format("{} Recovered {} into {}", console.symbols().done, CountText(one.rows, "row"),
                                    storage::JoinPath(state.folder, one.file)));
    }
  }
  const bool nothing = object["recovered"].empty();
  if (console.json()) {
    console.Data(object.dump(console.json_indent()) + "\n");
  } else if (nothing) {
    console.Say(fmt::format("{} nothing to recover in {}", console.symbols().skipped, storage::QuotedPath(directory)));
  }
  return nothing ? ExitCode::kNothingToDo : ExitCode::kDone;
}

}  // namespace

void AddRecorderVerb(CLI::App& app, VerbAction& chosen) {
  CLI::App* verb = app.add_subcommand("recorder", "what a recorder left behind");
  verb->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, auto action) {
    auto directory = std::make_shared<std::string>();
    CLI::App* one = verb->add_subcommand(name, text);
    one->add_option("DIR", *directory, "a recorder's folder, or the one above")->required();
    one->callback([directory, action, &chosen] {
      chosen = [directory, action](Application& application) { return action(*directory, application); };
    });
  };
  add("list", "live, orphaned and finished recorders", List);
  add("recover", "publish the rows of recorders that died", Recover);
}

}  // namespace sluice::cli
