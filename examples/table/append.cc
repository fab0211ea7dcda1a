// Append rows to a Delta table so that doing it again is safe, with nothing but the standard library.
//
//   append TABLE NUMBER     three measurements of hour NUMBER; the table is made when it is not there
//
// The pair ("weather", NUMBER) goes into the commit: the table takes each number once, and numbers only go up. A loader
// that was killed, or that does not know what became of its commit, just runs again.
#include <sluice/table.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

namespace {

// Rows in Arrow's layout, lent to the library as C structs. They are read before Write returns.
struct Measurements {
  std::string cities;                         // the texts, one behind the other
  std::vector<std::int32_t> city_ends = {0};  // where each begins and ends
  std::vector<std::int64_t> times;            // microseconds since 1970 UTC
  std::vector<double> degrees;
  unsigned char known = 0xff;  // one bit for each row: 0 = NULL

  void Add(const std::string& city, std::int64_t time, const double* degree) {
    if (degree == nullptr) known = static_cast<unsigned char>(known & ~(1u << times.size()));
    cities += city;
    city_ends.push_back(static_cast<std::int32_t>(cities.size()));
    times.push_back(time);
    degrees.push_back(degree == nullptr ? 0 : *degree);
  }
};

// What is lent needs no freeing: released means marked so, with all children.
template <typename Struct>
void Release(Struct* lent) {
  for (std::int64_t i = 0; i < lent->n_children; ++i) {
    if (lent->children[i]->release != nullptr) lent->children[i]->release(lent->children[i]);
  }
  lent->release = nullptr;
}

sluice::Status Write(sluice::WriteTransaction& transaction, const Measurements& rows) {
  const auto count = static_cast<std::int64_t>(rows.times.size());
  const void* city[] = {nullptr, rows.city_ends.data(), rows.cities.data()};
  const void* time[] = {nullptr, rows.times.data()};
  const void* degree[] = {&rows.known, rows.degrees.data()};
  const void* none[] = {nullptr};
  ArrowSchema types[] = {{"u", "city", nullptr, 0, 0, nullptr, nullptr, Release, nullptr},
                         {"tsu:UTC", "at", nullptr, 0, 0, nullptr, nullptr, Release, nullptr},
                         {"g", "degrees", nullptr, ARROW_FLAG_NULLABLE, 0, nullptr, nullptr, Release, nullptr}};
  ArrowArray arrays[] = {{count, 0, 0, 3, 0, city, nullptr, nullptr, Release, nullptr},
                         {count, 0, 0, 2, 0, time, nullptr, nullptr, Release, nullptr},
                         {count, -1, 0, 2, 0, degree, nullptr, nullptr, Release, nullptr}};
  ArrowSchema* type_list[] = {&types[0], &types[1], &types[2]};
  ArrowArray* array_list[] = {&arrays[0], &arrays[1], &arrays[2]};
  ArrowSchema type = {"+s", "", nullptr, 0, 3, type_list, nullptr, Release, nullptr};
  ArrowArray batch = {count, 0, 0, 1, 3, none, array_list, nullptr, Release, nullptr};
  return transaction.Write(&batch, &type);
}

sluice::Result<sluice::Table> OpenOrCreate(const sluice::Engine& engine, const std::string& path) {
  auto table = sluice::Table::Open(engine, path);
  if (table || table.error().kind != sluice::ErrorKind::kNotFound) return table;
  table = sluice::Table::Create(engine, path, "city string not null, at timestamp(us,UTC) not null, degrees float64",
                                {.properties = {{"delta.enableChangeDataFeed", "true"}}});
  // Another process was quicker.
  if (!table && table.error().kind == sluice::ErrorKind::kAlreadyExists) return sluice::Table::Open(engine, path);
  return table;
}

sluice::Result<sluice::CommitOutcome> Append(const std::string& path, std::int64_t number) {
  auto engine = sluice::Engine::Start({.threads = 2});
  if (!engine) return engine.error();
  auto table = OpenOrCreate(*engine, path);
  if (!table) return table.error();
  auto transaction = table->BeginWrite({.txn = sluice::ApplicationVersion{"weather", number}});
  if (!transaction) return transaction.error();
  Measurements rows;
  const double kyiv = 20.5 + static_cast<double>(number), oslo = 12.25 - static_cast<double>(number);
  const std::int64_t time = 1'767'225'600'000'000 + number * 3'600'000'000;
  rows.Add("Kyiv", time, &kyiv);
  rows.Add("Oslo", time, &oslo);
  rows.Add("Lima", time, nullptr);
  if (const auto written = Write(*transaction, rows); !written) return written.error();
  return transaction->Commit();
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return 64;
  const auto outcome = Append(words[1], std::atoll(words[2]));
  if (!outcome) return std::printf("%s\n", outcome.error().ToString().c_str()), 1;
  if (const auto* done = std::get_if<sluice::Committed>(&*outcome)) {
    std::printf("version %lld: %llu rows\n", static_cast<long long>(done->version),
                static_cast<unsigned long long>(done->rows));
    return 0;
  }
  if (std::holds_alternative<sluice::NothingToDo>(*outcome)) return std::printf("was there already\n"), 0;
  return std::printf("somebody else was in the way, or it is not known: run it again\n"), 75;
}
