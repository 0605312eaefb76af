// The console, as a person sees it in a serial monitor. The fake engine answers the code it is given.
#include <console.h>
#include <doctest/doctest.h>
#include <plumbline_wire.h>

#include "fakes.h"
#include "line.h"

namespace {

std::string answer_to(const std::string &line) {
  (void)fakes::sent();
  feed(line);
  return fakes::sent_text();
}

const char *const hint = "Type a number, info, or ? for help.\r\n";
const char *const out_of_domain = "Out of domain: the model answers -12.8 to 12.7.\r\n";

}  // namespace

TEST_CASE("console: a number is answered, whatever ends the line") {
  fakes::reset();
  CHECK(answer_to("10\n") == "21.0\r\n");  // code 100, 0.2 * (100 + 5)
  CHECK(answer_to("10\r") == "21.0\r\n");
  CHECK(answer_to("10\r\n") == "21.0\r\n");
  CHECK(answer_to("-1\n") == "-1.0\r\n");
  CHECK(answer_to("-0.5\n") == "0.0\r\n");
  CHECK(answer_to("  +3.14  \n") == "7.2\r\n");
  CHECK(answer_to(".1\n") == "1.2\r\n");
  CHECK(answer_to("\n\r\n   \n").empty());
}

TEST_CASE("console: outside the domain there is no number") {
  fakes::reset();
  for (const char *line : {"12.700000001\n", "-12.800000001\n", "13\n", "1000000000000\n", "99999999999999999999999\n"}) {
    CHECK(answer_to(line) == out_of_domain);
  }
  CHECK(fakes::invocations() == 0);
  CHECK(answer_to("12.7\n") == "26.4\r\n");
  CHECK(answer_to("-12.8\n") == "-24.6\r\n");
}

TEST_CASE("console: junk is answered with one hint") {
  fakes::reset();
  for (const char *line : {"hello\n", "1e3\n", "1,5\n", "--1\n", "1.2.3\n", "-\n", ".\n", "1 2\n", "\x80\xff\n", "inf\n", "helpme\n", "hel\n"}) {
    CHECK(answer_to(line) == hint);
  }
  CHECK(answer_to(std::string(41, '1') + "\n") == hint);
  CHECK(answer_to(std::string(100000, '1') + "\n") == hint);
  CHECK(answer_to(std::string(38, '0') + "10\n") == "21.0\r\n");
  CHECK(answer_to("0.1234567891\n") == "At most nine decimals.\r\n");
}

TEST_CASE("console: help and info") {
  fakes::reset();
  CHECK(answer_to("?\n").find("-12.8 to 12.7") != std::string::npos);
  CHECK(answer_to("help\n") == answer_to("?\n"));
  CHECK(answer_to("info\n") ==
        "board   fake\r\nengine  fake engine\r\nbuild   unknown\r\nmodel   scalar\r\n"
        "sha256  a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf\r\ndomain  -12.8 to 12.7\r\n");
  console_greet();
  CHECK(fakes::sent_text() == std::string("\r\nPlumbline: scalar on fake. ") + hint);
}

TEST_CASE("console: a board that its watchdog has reset says so") {
  fakes::reset();
  fakes::last_reset("watchdog, pc 0x00000abc");
  console_greet();
  CHECK(fakes::sent_text() == std::string("\r\nPlumbline: scalar on fake. Last reset: watchdog, pc 0x00000abc. ") + hint);
  CHECK(answer_to("info\n").find("reset   watchdog, pc 0x00000abc\r\n") != std::string::npos);
  fakes::reset();
}

TEST_CASE("console: a broken engine says so") {
  fakes::reset();
  fakes::break_engine("arena too small");
  CHECK(answer_to("10\n") == "The engine failed: arena too small\r\n");
  CHECK(answer_to("info\n").find("error   arena too small\r\n") != std::string::npos);
  fakes::reset();
}

TEST_CASE("console: a frame drops an unfinished line and is none itself") {
  fakes::reset();
  (void)answer_to("12");
  feed(frame_of(PLUMBLINE_MARK | PLUMBLINE_PROTOCOL_VERSION, 1, PLUMBLINE_REQUEST_HELLO, {}));
  CHECK(frames_in(fakes::sent()).size() == 1);
  CHECK(answer_to("10\n") == "21.0\r\n");
}
