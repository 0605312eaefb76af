// See mlperf.h. Compiled along in every build, and empty in one without PLUMBLINE_MLPERF.
#include "mlperf.h"

#ifdef PLUMBLINE_MLPERF

#include <board.h>
#include <decimal.h>
#include <engine.h>
#include <plumbline_model.h>
#include <say.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "benchmark.h"
#include "sample.h"

// What `profile` says: the runner knows this firmware's interface by it.
#define INTERFACE "ULPMark for tinyML Firmware V0.0.1"

enum { BYTES_PER_LINE = 8, LARGEST_COUNT = 1000000 };

// Of the sample's bytes.
static struct {
  size_t expected;
  size_t loaded;
} db;

// The rest of a command.
typedef struct {
  const char *text;
  size_t length;
} words;

static void say_count(uint32_t count) { say_number((int64_t)count * 1000000000, 0, 0); }

static void say_counted(const char *before, uint32_t count, const char *after) {
  say(before);
  say_count(count);
  say_line("", after);
}

// Takes the next word off the front.
static words next_word(words *rest) {
  while (rest->length > 0 && rest->text[0] == ' ') {
    rest->text++;
    rest->length--;
  }
  words word = {rest->text, 0};
  while (word.length < rest->length && word.text[word.length] != ' ') word.length++;
  rest->text += word.length;
  rest->length -= word.length;
  return word;
}

static bool is(words word, const char *text) { return strlen(text) == word.length && memcmp(word.text, text, word.length) == 0; }

// The word's number, or -1 where it is none from 0 to LARGEST_COUNT.
static int32_t count_of(words word) {
  int32_t count = 0;
  for (size_t i = 0; i < word.length; i++) {
    if (word.text[i] < '0' || word.text[i] > '9') return -1;
    count = count * 10 + (word.text[i] - '0');
    if (count > LARGEST_COUNT) return -1;
  }
  return word.length > 0 ? count : -1;
}

static int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

static void say_timestamp(void) { say_counted("m-lap-us-", board_uptime_us(), ""); }

static void expect_bytes(words size) {
  const int32_t count = count_of(size);
  db.expected = db.loaded = 0;
  if (size.length == 0) {
    say("e-[Command 'db load' requires the # of bytes]\r\n");
  } else if (count != SAMPLE_BYTES) {
    say_counted("e-[The model's input takes ", SAMPLE_BYTES, " bytes]");
  } else {
    db.expected = (size_t)count;
    say_counted("m-[Expecting ", (uint32_t)count, " bytes]");
  }
}

static void take_bytes(words digits) {
  if (digits.length % 2 != 0) {
    say("e-[Insufficient number of hex digits]\r\n");
    return;
  }
  for (size_t i = 0; i < digits.length; i += 2) {
    const int high = hex_digit(digits.text[i]), low = hex_digit(digits.text[i + 1]);
    if (high < 0 || low < 0) {
      say("e-[Invalid hex digit]\r\n");
      return;
    }
    if (db.loaded == db.expected) {
      say("e-[More bytes than 'db load' announced]\r\n");
      return;
    }
    sample_bytes[db.loaded++] = (uint8_t)(high << 4 | low);
    if (db.loaded == db.expected) say("m-load-done\r\n");
  }
}

static void print_bytes(void) {
  for (size_t i = 0; i < db.loaded; i++) {
    const char text[] = {"0123456789abcdef"[sample_bytes[i] >> 4], "0123456789abcdef"[sample_bytes[i] & 15], 0};
    say(i % BYTES_PER_LINE == 0 ? "m-buffer-" : "-");
    say(text);
    if ((i + 1) % BYTES_PER_LINE == 0 || i + 1 == db.loaded) say("\r\n");
  }
}

static void answer_db(words rest) {
  const words word = next_word(&rest);
  if (word.length == 0) {
    say("e-[Command 'db' requires a subcommand]\r\n");
  } else if (is(word, "load")) {
    expect_bytes(next_word(&rest));
  } else if (is(word, "print")) {
    print_bytes();
  } else {
    take_bytes(word);
  }
}

static void say_failure(void) {
  say("e-[The engine failed: ");
  say_line(engine_error(), "]");
}

static bool run_once(void) {
  board_feed();
  sample_give();
  return engine_invoke();
}

static bool run(int32_t count) {
  for (int32_t i = 0; i < count; i++) {
    if (!run_once()) {
      say_failure();
      return false;
    }
  }
  return true;
}

static void answer_infer(words rest) {
  const words iterations = next_word(&rest);
  const words loops = next_word(&rest);
  const int32_t count = iterations.length > 0 ? count_of(iterations) : 1;
  const int32_t warmup = loops.length > 0 ? count_of(loops) : 10;
  if (count <= 0) {
    say_counted("e-[Inference iterations must be >0 and at most ", LARGEST_COUNT, "]");
  } else if (warmup < 0) {
    say_counted("e-[Inference warmup must be >=0 and at most ", LARGEST_COUNT, "]");
  } else if (db.loaded != SAMPLE_BYTES) {
    say_counted("e-[The input is not loaded: it takes ", SAMPLE_BYTES, " bytes]");
  } else if (engine_error()[0]) {
    say_failure();
  } else if (sample_prepare()) {
    say_counted("m-warmup-start-", (uint32_t)warmup, "");
    if (!run(warmup)) return;
    say("m-warmup-done\r\n");
    say_counted("m-infer-start-", (uint32_t)count, "");
    say_timestamp();
    if (!run(count)) return;
    say_timestamp();
    say("m-infer-done\r\n");
    sample_note();
    sample_say_results();
  }
}

void mlperf_greet(void) {
  say("m-timestamp-mode-performance\r\n");
  say_timestamp();
  say("m-init-done\r\nm-ready\r\n");
}

void mlperf_answer(const char *command, size_t length) {
  words rest = {command, length};
  if (length > MLPERF_COMMAND_MAX) {
    say("e-[The command is too long]\r\n");
    say("m-ready\r\n");
    return;
  }
  const words word = next_word(&rest);
  if (is(word, "name")) {
    say("m-name-dut-[");
    say(board_name());
    say("]\r\n");
  } else if (is(word, "profile")) {
    say("m-profile-[" INTERFACE "]\r\nm-model-[" BENCHMARK_MODEL "]\r\n");
  } else if (is(word, "timestamp")) {
    say_timestamp();
  } else if (is(word, "help")) {
    say("name, profile, timestamp, db load N, db HEX, db print, infer N W, results; each ends with %\r\n");
  } else if (is(word, "db")) {
    answer_db(rest);
  } else if (is(word, "infer")) {
    answer_infer(rest);
  } else if (is(word, "results")) {
    sample_say_results();
  } else {
    say("e-[Unknown command]\r\n");
  }
  say("m-ready\r\n");
}

#endif
