// One mutant of a compiled model as a program: asks it rows of codes until an answer is another than the one written beside the row.
#include <plumbline_compiled.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

// Of the processor's time for one row: a mutant may never end, and nobody waits for it.
static const struct itimerval patience = { .it_value = { .tv_sec = 2 } };
static int8_t memory[PLUMBLINE_COMPILED_MEMORY_BYTES];

// Arguments: a file of rows, each INPUT_BYTES codes and the OUTPUT_BYTES expected for them. Prints the first row answered otherwise, or -1.
int main(int count, char **arguments)
{
    static int8_t row[INPUT_BYTES + OUTPUT_BYTES];
    FILE *const rows = count == 2 ? fopen(arguments[1], "rb") : NULL;
    if (!rows) return 2;
    for (long at = 0; fread(row, sizeof row, 1, rows) == 1; ++at) {
        memcpy(memory + PLUMBLINE_COMPILED_INPUT_OFFSET, row, INPUT_BYTES);
        if (setitimer(ITIMER_VIRTUAL, &patience, NULL)) return 3;
        plumbline_compiled_invoke(memory);
        if (memcmp(memory + PLUMBLINE_COMPILED_OUTPUT_OFFSET, row + INPUT_BYTES, OUTPUT_BYTES)) {
            printf("%ld\n", at);
            return 0;
        }
    }
    puts("-1");
    return 0;
}
