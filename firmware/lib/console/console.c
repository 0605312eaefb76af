// See console.h.
#include "console.h"

#include <board.h>
#include <decimal.h>
#include <ends.h>
#include <engine.h>
#include <fields.h>
#include <inference.h>
#include <plumbline_model.h>
#include <stdbool.h>

#include "say.h"
#ifdef PLUMBLINE_MLPERF
#include <mlperf.h>
#endif

enum {
#ifdef PLUMBLINE_MLPERF
  LINE_MAX = MLPERF_COMMAND_MAX,
#else
  LINE_MAX = 40,
#endif
  DIGEST_BYTES = 32
};

static struct {
  char text[LINE_MAX];
  size_t length;  // LINE_MAX + 1: too long
} line;

#if PLUMBLINE_ONE_TO_ONE
#define HINT "Type a number, info, or ? for help."
#else
#define HINT "Type info, or ? for help."
#endif

static void say_hint(void) { say(HINT "\r\n"); }

#if PLUMBLINE_ONE_TO_ONE
static void say_domain(void) {
  say_number(PLUMBLINE_DOMAIN_LOW_NANO, 0, DECIMAL_PLACES);
  say(" to ");
  say_number(PLUMBLINE_DOMAIN_HIGH_NANO, 0, DECIMAL_PLACES);
}

static void say_ends(void) {
  say("domain  ");
  say_domain();
  say("\r\n");
}

static void say_help(void) {
  say("A number x, such as 10 or -0.5, is answered with the model's y. x may be ");
  say_domain();
  say(".\r\n");
}

static void say_out_of_domain(void) {
  say("Out of domain: the model answers ");
  say_domain();
  say(".\r\n");
}

static void answer_number(int64_t x_nano) {
  inference_answer answer;
  switch (inference_ask(x_nano, &answer)) {
    case INFERENCE_DONE:
      say_number(answer.y_nano, PLUMBLINE_OUTPUT_DECIMALS, PLUMBLINE_OUTPUT_DECIMALS);
      say("\r\n");
      break;
    case INFERENCE_OUT_OF_DOMAIN:
      say_out_of_domain();
      break;
    case INFERENCE_NOT_SCALAR:
      say("This model takes more than one number: use the host tools.\r\n");
      break;
    case INFERENCE_FAILED:
      say_line("The engine failed: ", engine_error());
      break;
  }
}

static void answer_other(void) {
  int64_t x_nano;
  switch (decimal_parse(line.text, line.length, &x_nano)) {
    case DECIMAL_OK:
      answer_number(x_nano);
      break;
    case DECIMAL_TOO_LARGE:
      say_out_of_domain();
      break;
    case DECIMAL_TOO_FINE:
      say("At most nine decimals.\r\n");
      break;
    case DECIMAL_MALFORMED:
      say_hint();
      break;
  }
}
#else
static void say_ends(void) {
  for (size_t i = 0; i < PLUMBLINE_INPUTS; i++) say_line("input   ", model_inputs[i].text);
  for (size_t i = 0; i < PLUMBLINE_OUTPUTS; i++) say_line("output  ", model_outputs[i].text);
}

static void say_help(void) { say("This model takes and gives tensors: the host tools ask it. "); }

static void answer_other(void) {
  int64_t number;
  if (decimal_parse(line.text, line.length, &number) == DECIMAL_MALFORMED) {
    say_hint();
  } else {
    say("This model takes and gives tensors, which info lists: use the host tools.\r\n");
  }
}
#endif

static void say_info(void) {
  uint8_t digest[DIGEST_BYTES];
  char hex[2 * DIGEST_BYTES + 1];
  engine_model_sha256(digest);
  for (size_t i = 0; i < sizeof digest; i++) {
    hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
  }
  hex[2 * DIGEST_BYTES] = 0;
  say_line("board   ", board_name());
  say_line("engine  ", engine_name());
  if (engine_error()[0]) say_line("error   ", engine_error());
  if (board_last_reset()[0]) say_line("reset   ", board_last_reset());
  say_line("build   ", field_build());
  say_line("model   ", PLUMBLINE_MODEL_NAME);
  say_line("sha256  ", hex);
  say_ends();
}

static bool line_is(const char *word) {
  size_t i = 0;
  while (i < line.length && word[i] == line.text[i]) i++;  // the word's end is no character of a line
  return i == line.length && word[i] == 0;
}

static void answer_line(void) {
  if (line_is("?") || line_is("help")) {
    say_help();
    say("info says which board, engine and model this is.\r\n");
#if PLUMBLINE_STATEFUL
    say("reset puts the model's state to its beginning.\r\n");
#endif
    return;
  }
  if (line_is("info")) {
    say_info();
    return;
  }
#if PLUMBLINE_STATEFUL
  if (line_is("reset")) {
    if (engine_reset()) {
      say("The state is at its beginning.\r\n");
    } else {
      say_line("The engine failed: ", engine_error());
    }
    return;
  }
#endif
  answer_other();
}

void console_greet(void) {
  say("\r\nPlumbline: " PLUMBLINE_MODEL_NAME " on ");
  say(board_name());
  say(". ");
  if (board_last_reset()[0]) {
    say("Last reset: ");
    say(board_last_reset());
    say(". ");
  }
  say_hint();
#ifdef PLUMBLINE_MLPERF
  mlperf_greet();
#endif
}

void console_take(char character) {
#ifdef PLUMBLINE_MLPERF
  if (character == '%') {
    mlperf_answer(line.text, line.length);
    line.length = 0;
    return;
  }
#endif
  if (character == '\n' || character == '\r') {
    while (line.length > 0 && line.length <= LINE_MAX && line.text[line.length - 1] == ' ') line.length--;
    if (line.length > LINE_MAX) {
      say_hint();
    } else if (line.length > 0) {  // nothing: an empty line, or the second half of \r\n
      answer_line();
    }
    line.length = 0;
    return;
  }
  const bool leading_blank = character == ' ' && line.length == 0;
  if (leading_blank || line.length > LINE_MAX) return;
  if (line.length < LINE_MAX) line.text[line.length] = character;
  line.length++;
}

void console_forget(void) { line.length = 0; }
