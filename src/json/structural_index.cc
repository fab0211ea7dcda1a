#include "json/structural_index.h"

#include <simdjson.h>

#include <algorithm>

namespace sluice::json {

namespace {

constexpr std::size_t kCapacityBytesMin = 64 * 1024;

}  // namespace

struct StructuralIndex::State {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
  std::size_t capacity = 0;

  simdjson::error_code MakeRoom(std::size_t bytes) {
    if (bytes <= capacity) return simdjson::SUCCESS;
    capacity = std::max(bytes + bytes / 4, kCapacityBytesMin);
    parser.reset();
    return simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, /*max_depth=*/1, parser);
  }
};

StructuralIndex::StructuralIndex() : state_(std::make_unique<State>()) {}
StructuralIndex::~StructuralIndex() = default;
StructuralIndex::StructuralIndex(StructuralIndex&&) noexcept = default;
StructuralIndex& StructuralIndex::operator=(StructuralIndex&&) noexcept = default;

const char* StructuralIndex::Build(std::string_view text) {
  simdjson::error_code error = state_->MakeRoom(text.size());
  if (error == simdjson::SUCCESS) {
    error = state_->parser->stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                   simdjson::stage1_mode::regular);
  } else {
    state_->capacity = 0;
  }
  return error == simdjson::SUCCESS ? nullptr : simdjson::error_message(error);
}

std::span<const std::uint32_t> StructuralIndex::positions() const {
  return {state_->parser->structural_indexes.get(), state_->parser->n_structural_indexes};
}

}  // namespace sluice::json
