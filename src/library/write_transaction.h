#pragma once

#include <memory>

#include "core/result.h"
#include "library/table_state.h"
#include "sluice/table.h"
#include "table/table_write.h"

namespace sluice::library {

std::optional<table::ApplicationVersion> ToApplication(const std::optional<ApplicationVersion>& application);

core::Result<WriteTransaction> BeginWrite(std::shared_ptr<Table::State> table, const WriteOptions& options);

}  // namespace sluice::library
