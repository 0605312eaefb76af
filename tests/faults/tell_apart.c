// One mutant of a compiled model as a program: asks it rows of codes until an answer is another than the one written beside the row.
#include <plumbline_compiled.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

// A tensor of the model's ends: where it lies in the model's memory. INPUTS and OUTPUTS are lists of them.
typedef struct {
    size_t offset;
    size_t bytes;
} end;
static const end inputs[] = { INPUTS }, outputs[] = { OUTPUTS };

// Of the processor's time for one row: a mutant may never end, and nobody waits for it.
static const struct itimerval patience = { .it_value = { .tv_sec = 2 } };
static _Alignas(8) int8_t memory[PLUMBLINE_COMPILED_MEMORY_BYTES];

static void reset(void)
{
#ifdef STATEFUL
    plumbline_compiled_reset(memory);
#endif
}

static bool answers(const int8_t *expected)
{
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; expected += outputs[i++].bytes) {
        if (memcmp(memory + outputs[i].offset, expected, outputs[i].bytes)) return false;
    }
    return true;
}

// Arguments: a file of rows, each a byte that says whether a sequence starts, INPUT_BYTES codes and the OUTPUT_BYTES expected for them. Prints the
// first row answered otherwise, or -1.
int main(int count, char **arguments)
{
    static int8_t row[1 + INPUT_BYTES + OUTPUT_BYTES];
    FILE *const rows = count == 2 ? fopen(arguments[1], "rb") : NULL;
    if (!rows) return 2;
    for (long at = 0; fread(row, sizeof row, 1, rows) == 1; ++at) {
        const int8_t *given = row + 1;
        if (row[0]) reset();
        for (size_t i = 0; i < sizeof inputs / sizeof *inputs; given += inputs[i++].bytes) memcpy(memory + inputs[i].offset, given, inputs[i].bytes);
        if (setitimer(ITIMER_VIRTUAL, &patience, NULL)) return 3;
        plumbline_compiled_invoke(memory);
        if (!answers(given)) {
            printf("%ld\n", at);
            return 0;
        }
    }
    puts("-1");
    return 0;
}
