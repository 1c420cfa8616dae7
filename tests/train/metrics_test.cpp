// metrics.csv: rows come back, a line that is cut off is left out, anything else is named.
#include "train/metrics.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "core/error.hpp"
#include "tests/core/temporary_folder.hpp"

using namespace mog;
using testing::put_file;
using testing::TemporaryFolder;

namespace {

const std::vector<EpochRow> kRows = {{Stage::full_precision, 1, 1e-3, 1.5, 0.25, 0.5, 12.34, 4000},
                                     {Stage::quantized, 12, 5e-5, 0.125, 1, 0.75, 3.5, 123.5}};

}  // namespace

TEST_CASE("the text is a line of names and a line for each epoch") {
  CHECK(metrics_text(kRows) ==
        "stage,epoch,lr,train_loss,train_accuracy,test_accuracy,seconds,images_per_second\n"
        "full-precision,1,0.001,1.500000,0.250000,0.500000,12.34,4000.0\n"
        "quantized,12,5e-05,0.125000,1.000000,0.750000,3.50,123.5\n");
}

TEST_CASE("rows read back as they were written") {
  const TemporaryFolder folder;
  put_file(folder / "m", metrics_text(kRows));
  const auto rows = read_metrics(folder / "m");
  REQUIRE(rows.size() == 2);
  CHECK(metrics_text(rows) == metrics_text(kRows));
  CHECK(rows[1].learning_rate == 5e-5);
}

TEST_CASE("residuals are a last column where a row has one, empty for the others") {
  const TemporaryFolder folder;
  std::vector<EpochRow> rows = kRows;
  rows[1].residual = 0.25;
  const std::string text = metrics_text(rows);
  CHECK(text ==
        "stage,epoch,lr,train_loss,train_accuracy,test_accuracy,seconds,images_per_second,residual\n"
        "full-precision,1,0.001,1.500000,0.250000,0.500000,12.34,4000.0,\n"
        "quantized,12,5e-05,0.125000,1.000000,0.750000,3.50,123.5,0.250000\n");
  put_file(folder / "m", text);
  CHECK(metrics_text(read_metrics(folder / "m")) == text);
  for (const char* bad : {"nan", "x", "1,2"}) {
    put_file(folder / "m", text.substr(0, text.size() - 9) + bad + "\n");
    CHECK_THROWS_WITH_AS(static_cast<void>(read_metrics(folder / "m")),
                         doctest::Contains("line 3: no row of 9 numbers"), DataError);
  }
}

TEST_CASE("a file cut off anywhere in its rows reads as the rows that are whole") {
  const TemporaryFolder folder;
  const std::string text = metrics_text(kRows);
  const std::size_t names = text.find('\n') + 1, first = text.find('\n', names) + 1;
  for (std::size_t length = 0; length < text.size(); ++length) {
    put_file(folder / "m", text.substr(0, length));
    if (length < names) {
      CHECK_THROWS_AS(static_cast<void>(read_metrics(folder / "m")), DataError);
    } else {
      CHECK(read_metrics(folder / "m").size() == (length < first ? 0 : 1));
    }
  }
}

TEST_CASE("a run with a name of its own comes back under it") {
  const TemporaryFolder folder;
  EpochRow row = kRows[0];
  row.own_name = "fine-tune";
  CHECK(row.name() == "fine-tune");
  put_file(folder / "m", metrics_text({row, kRows[0]}));
  const auto rows = read_metrics(folder / "m");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].name() == "fine-tune");
  CHECK(rows[1].name() == "full-precision");
}

TEST_CASE("a line that is no row is named by its number") {
  const TemporaryFolder folder;
  for (const char* line : {"quantized,1,2\n", "oth er,1,1,1,1,1,1,1\n", ",1,1,1,1,1,1,1\n", "quantized,1,1,1,1,1,1,x\n",
                           "\n", "quantized,9223372036854775807,1,1,1,1,1,1\n", "quantized,0,1,1,1,1,1,1\n",
                           "quantized,1,inf,1,1,1,1,1\n", "quantized,1,1,nan,1,1,1,1\n"}) {
    put_file(folder / "m", metrics_text(kRows) + line);
    CHECK_THROWS_WITH_AS(static_cast<void>(read_metrics(folder / "m")), doctest::Contains("line 4"), DataError);
  }
}

TEST_CASE("megabytes of separators or of line ends take a few times their own memory") {
  const TemporaryFolder folder;
  const auto peak = [] {  // in kilobytes
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  const std::string names = metrics_text({});
  for (const std::string& bad : {names + std::string(2 << 20, ',') + '\n', names + std::string(2 << 20, '\n')}) {
    put_file(folder / "m", bad);
    const long before = peak();
    CHECK_THROWS_WITH_AS(static_cast<void>(read_metrics(folder / "m")), doctest::Contains("line 2"), DataError);
    CHECK(peak() - before < 24 << 10);
  }
}

TEST_CASE("a million epochs are read, not one more") {
  const TemporaryFolder folder;
  std::string text = metrics_text({});
  for (int i = 0; i < 1'000'000; ++i) text += "a,1,0,0,0,0,0,0\n";
  put_file(folder / "m", text);
  CHECK(read_metrics(folder / "m").size() == 1'000'000);
  put_file(folder / "m", text + "a,1,0,0,0,0,0,0\n");
  CHECK_THROWS_WITH_AS(static_cast<void>(read_metrics(folder / "m")), doctest::Contains("more than 1000000 epochs"),
                       DataError);
}
