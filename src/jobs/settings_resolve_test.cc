#include "jobs/settings.h"
#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

EnvironmentLookup Variables(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Settings, TheStrongestLayerWins) {
  SettingLayers layers{
      .flags = {{"memory", "1GiB"}},
      .environment = Variables({{"SLUICE_MEMORY", "2GiB"}, {"SLUICE_LOG_LEVEL", "debug"}, {"SLUICE_OUTPUT", ""}}),
      .project = {{"memory", "3GiB", "p.yaml", 3}, {"log_level", "error", "p.yaml", 4}, {"threads", "2", "p.yaml", 5}},
      .user = {{"threads", "8", "u.yaml", 1}, {"output", "json", "u.yaml", 2}}};
  ASSERT_OK_AND_ASSIGN(const Settings settings, Settings::Resolve(layers));
  EXPECT_EQ(settings.Get("memory").text, "1GiB");
  EXPECT_EQ(settings.Get("memory").origin, "flag --memory");
  EXPECT_EQ(settings.Get("log_level").text, "debug");
  EXPECT_EQ(settings.Get("log_level").origin, "environment SLUICE_LOG_LEVEL");
  EXPECT_EQ(settings.Get("threads").text, "2");
  EXPECT_EQ(settings.Get("threads").origin, "p.yaml:5");
  EXPECT_EQ(settings.Get("output").text, "json");
  EXPECT_EQ(settings.Get("output").origin, "u.yaml:2");
  EXPECT_EQ(settings.Get("progress").origin, "default");
}

TEST(Settings, PathsAreRelativeToWhereTheyAreStated) {
  const auto state = [](const SettingLayers& layers) { return (*Settings::Resolve(layers)).text("state"); };
  EXPECT_EQ(state({}), ".sluice");
  EXPECT_EQ(state({.project_folder = "/etc/x"}), "/etc/x/.sluice");
  EXPECT_EQ(state({.project = {{"state", "st", "/etc/x/p.yaml", 1}}, .project_folder = "/etc/x"}), "/etc/x/st");
  EXPECT_EQ(state({.flags = {{"state", "st"}}, .project_folder = "/etc/x"}), "st");
  EXPECT_EQ(state({.user = {{"state", "/var/st", "/home/u/c.yaml", 1}}, .project_folder = "/etc/x"}), "/var/st");
}

TEST(Settings, ValuesThatDoNotFitNameTheirOrigin) {
  EXPECT_THAT(Settings::Resolve({.flags = {{"log_level", "warnin"}}}),
              FailsWith(ErrorKind::kUsage, AllOf(HasSubstr("flag --log-level"), HasSubstr("did you mean 'warning'?"))));
  EXPECT_THAT(Settings::Resolve({.environment = Variables({{"SLUICE_THREADS", "0"}})}),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("environment SLUICE_THREADS")));
  for (const auto& [name, text] : std::map<std::string, std::string>{
           {"memory", "lots"}, {"max_rejects", "x%"}, {"quiet", "maybe"}, {"output", "xml"}, {"threads", "-1"}}) {
    EXPECT_THAT(Settings::Resolve({.flags = {{name, text}}}), FailsWith(ErrorKind::kUsage, HasSubstr(name)));
  }
  EXPECT_TRUE((*Settings::Resolve({.flags = {{"quiet", "1"}}})).flag("quiet"));
  EXPECT_FALSE((*Settings::Resolve({})).flag("quiet"));
}

TEST(Settings, EverySettingHasItsTwins) {
  EXPECT_EQ(EnvironmentNameOf("log_level"), "SLUICE_LOG_LEVEL");
  EXPECT_EQ(FlagNameOf("row_group_size"), "--row-group-size");
  for (const SettingDefinition& definition : SettingDefinitions()) {
    EXPECT_FALSE(definition.meaning.empty()) << definition.name;
    if (!definition.default_text.empty()) {
      EXPECT_OK(CheckSetting(definition, definition.default_text));
    }
  }
}

TEST(Settings, TheUserFileIsReadWhereItIs) {
  EXPECT_EQ(UserFilePath(Variables({{"HOME", "/home/u"}})), "/home/u/.config/sluice/config.yaml");
  EXPECT_EQ(UserFilePath(Variables({{"HOME", "/home/u"}, {"XDG_CONFIG_HOME", "/x"}})), "/x/sluice/config.yaml");
  EXPECT_EQ(UserFilePath(Variables({})), "");
  storage::MemoryFileSystem files;
  EXPECT_TRUE((*LoadUserFile("u.yaml", files)).empty());
  files.Put("u.yaml", "version: 1\n# mine\nthreads: 3\n");
  EXPECT_THAT(*LoadUserFile("u.yaml", files), ElementsAre(FileSetting{"threads", "3", "u.yaml", 3}));
  files.Put("u.yaml", "thread: 3\nmemory: x\n");
  EXPECT_THAT(
      LoadUserFile("u.yaml", files),
      FailsWith(ErrorKind::kConfiguration, AllOf(HasSubstr("did you mean 'threads'?"), HasSubstr("u.yaml:2:9"))));
}

}  // namespace
}  // namespace sluice::jobs
