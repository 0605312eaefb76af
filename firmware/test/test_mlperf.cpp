// The commands of MLPerf Tiny's runner. Its samples are bytes; the fake engine overwrites its input, as real ones may.
#include <doctest/doctest.h>
#include <mlperf.h>

#include "fakes.h"
#include "line.h"

namespace {

std::string answer_to(const std::string &command) {
  (void)fakes::sent();
  feed(command + "%");
  return fakes::sent_text();
}

const char *const loaded = "m-load-done\r\nm-ready\r\n";

void load(const std::string &hex) {
  REQUIRE(answer_to("db load 3") == "m-[Expecting 3 bytes]\r\nm-ready\r\n");
  REQUIRE(answer_to("db " + hex) == loaded);
}

// What the fake engine answers to these codes, as real numbers: scale 0.2, zero point -5.
std::string results(const std::vector<int8_t> &codes) {
  std::string text = "m-results-[";
  for (const int8_t code : fakes::expected_output(codes)) {
    const int tenths = 2 * (code + 5);
    if (text.back() != '[') text += ",";
    text += (tenths < 0 ? "-" : "") + std::to_string(std::abs(tenths) / 10) + "." + std::to_string(std::abs(tenths) % 10) + "00";
  }
  return text + "]\r\n";
}

}  // namespace

TEST_CASE("mlperf: who it is") {
  fakes::reset();
  CHECK(answer_to("name") == "m-name-dut-[fake]\r\nm-ready\r\n");
  CHECK(answer_to("profile") == "m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[vww01]\r\nm-ready\r\n");
  CHECK(answer_to("help").find("infer N W") != std::string::npos);
}

TEST_CASE("mlperf: the greeting ends in the runner's sign") {
  fakes::reset();
  mlperf_greet();
  const std::string text = fakes::sent_text();
  CHECK(text.find("m-timestamp-mode-performance\r\nm-lap-us-") == 0);
  CHECK(text.substr(text.size() - 22) == "m-init-done\r\nm-ready\r\n");
}

TEST_CASE("mlperf: a sample is loaded in pieces and printed") {
  fakes::reset();
  CHECK(answer_to("db load 3") == "m-[Expecting 3 bytes]\r\nm-ready\r\n");
  CHECK(answer_to("db 00aB") == "m-ready\r\n");
  CHECK(answer_to("db print") == "m-buffer-00-ab\r\nm-ready\r\n");
  CHECK(answer_to("db ff") == loaded);
  CHECK(answer_to("db print") == "m-buffer-00-ab-ff\r\nm-ready\r\n");
  CHECK(answer_to("db 00") == "e-[More bytes than 'db load' announced]\r\nm-ready\r\n");
}

TEST_CASE("mlperf: inferences between two timestamps, the input the same in each") {
  fakes::reset();
  load("0080ff");
  const std::vector<int8_t> codes = {-128, 0, 127};
  const uint32_t before = fakes::invocations();
  CHECK(answer_to("infer 3 2") ==
        "m-warmup-start-2\r\nm-warmup-done\r\nm-infer-start-3\r\nm-lap-us-1236567\r\nm-lap-us-1239567\r\nm-infer-done\r\n" + results(codes) + "m-ready\r\n");
  CHECK(fakes::invocations() - before == 5);
  CHECK(answer_to("results") == results(codes) + "m-ready\r\n");
  CHECK(answer_to("infer").find("m-warmup-start-10\r\n") == 0);
}

TEST_CASE("mlperf: what is wrong is said, and the runner may go on") {
  fakes::reset();
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "Unknown command"},
      {"nam", "Unknown command"},
      {"names", "Unknown command"},
      {"db", "requires a subcommand"},
      {"db load", "requires the # of bytes"},
      {"db load 0", "takes 3 bytes"},
      {"db load 4", "takes 3 bytes"},
      {"db load x", "takes 3 bytes"},
      {"db load 99999999999", "takes 3 bytes"},
      {"db 0", "number of hex digits"},
      {"db 0g", "Invalid hex digit"},
      {"infer 1 0", "not loaded: it takes 3 bytes"},
      {"infer 0", "iterations must be >0"},
      {"infer -1", "iterations must be >0"},
      {"infer 1 -1", "warmup must be >=0"},
      {std::string(81, 'x'), "too long"},
      {std::string(400, 'x'), "too long"},
  };
  (void)answer_to("db load 9");
  for (const auto &each : cases) {
    const std::string text = answer_to(each.first);
    INFO(each.first);
    CHECK(text.find("e-[") == 0);
    CHECK(text.find(each.second) != std::string::npos);
    CHECK(text.find("]\r\nm-ready\r\n") == text.size() - 12);
  }
}

TEST_CASE("mlperf: an engine that fails is an error") {
  fakes::reset();
  load("000000");
  fakes::fail_invoke(true);
  CHECK(answer_to("infer 1 0").find("e-[The engine failed: ") != std::string::npos);
  fakes::fail_invoke(false);
  fakes::break_engine("no arena");
  CHECK(answer_to("infer 1 0") == "e-[The engine failed: no arena]\r\nm-ready\r\n");
  fakes::reset();
}

TEST_CASE("mlperf: a person's lines and frames pass beside it") {
  fakes::reset();
  CHECK(answer_to("info\nname").find("m-name-dut-[fake]\r\nm-ready\r\n") != std::string::npos);
  CHECK(request(0x01).payload.size() > 0);
}
