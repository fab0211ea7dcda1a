#include "cli/print_answer.h"

#include <fmt/format.h>

#include "query/library.h"
#include "query/result_printer.h"

namespace sluice::cli {
namespace {

query::RowFormat RowFormatOf(OutputFormat format) {
  switch (format) {
    case OutputFormat::kText: return query::RowFormat::kText;
    case OutputFormat::kJson: return query::RowFormat::kJson;
    case OutputFormat::kJsonl: return query::RowFormat::kJsonl;
    case OutputFormat::kCsv: return query::RowFormat::kCsv;
    case OutputFormat::kMarkdown: return query::RowFormat::kMd;
  }
  return query::RowFormat::kText;
}

}  // namespace

core::Result<std::unique_ptr<query::Session>> OpenSession(Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(const auto library, query::Library::Load());
  query::SessionOptions options;
  options.threads = environment->executor.threads();
  options.memory_bytes_max = environment->memory_bytes;
  return query::Session::Open(library, options);
}

core::Status PrintAnswer(const std::string& sql, std::uint64_t rows_max, query::Session& session,
                         Application& application) {
  Console& console = application.console();
  SLUICE_ASSIGN_OR_RETURN(query::QueryResult result, session.Query(sql));
  const query::PrintOptions options{.format = RowFormatOf(console.format()), .rows_max = rows_max};
  SLUICE_ASSIGN_OR_RETURN(const query::PrintedRows printed,
                          query::PrintRows(result, options, [&](std::string_view text) -> core::Status {
                            console.Data(text);
                            return application.cancellation().Check();
                          }));
  if (printed.printed < printed.total && console.format() != OutputFormat::kText) {
    console.Warn(fmt::format("note: {} of {} rows shown; --max-rows shows more", printed.printed, printed.total));
  }
  return core::Ok();
}

}  // namespace sluice::cli
