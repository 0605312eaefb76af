// Called before every instruction (UC_HOOK_CODE of Unicorn): counts them exactly, and stops the processor between two of them.
// In C because it runs a hundred million times a second; count.py loads it, and holds the same in Python for a computer without a compiler.
// Of an IT block Unicorn tells only the instructions that are executed, and does not stop before one of them.
// So IT counts all that follow it, skipped ones too, as the processor spends a cycle on each; and a stop waits for the block's end.
#include <stdint.h>

enum { WHY_LIMIT = 1, WHY_ASKED = 2, WHY_NO_FPU = 3 };

typedef struct {
    uint64_t count;  // instructions that began since power-on
    uint64_t limit;  // none begins once so many did
    uint32_t asked;  // not 0: stop before the next one; set by whoever touches registers
    uint32_t watch;  // not 0: an interrupt pends that is masked, so stop after CPS and MSR
    uint32_t no_fpu; // not 0: CPACR refuses the floating-point unit
    uint32_t sev;    // set to 1 by SEV, which Unicorn takes for NOP
    uint32_t why;    // what stopped the processor, WHY_*
    uint32_t pc;     // of the instruction that began last
    uint32_t at;     // stop before the instruction at this address; odd: nowhere
    uint32_t it_begin, it_size; // the IT block that was entered last
    const uint8_t *flash;
    const uint8_t *ram;
    uint32_t flash_size;
    uint32_t ram_size;
    int (*emu_stop)(void *engine);
} plumbline_count;

// The instruction's halfword; 0 where there is no memory of ours, from where nothing runs.
static uint32_t halfword(const plumbline_count *state, uint32_t address)
{
    const uint32_t in_ram = address - 0x20000000u;
    const uint8_t *at = address < state->flash_size ? state->flash + address : in_ram < state->ram_size ? state->ram + in_ram : (const uint8_t *)0;

    return at == (const uint8_t *)0 ? 0u : (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t is_long(uint32_t first)
{
    return first >= 0xe800u ? 1u : 0u;
}

// IT at pc: counts the 1 to 4 instructions of its block, whose number is where the lowest bit of the mask is.
static void enter_block(plumbline_count *state, uint32_t pc, uint32_t mask)
{
    uint32_t end = pc + 2u;

    for (; mask != 0u; mask = mask << 1 & 0xfu) {
        end += is_long(halfword(state, end)) != 0u ? 4u : 2u;
        state->count++;
    }
    state->it_begin = pc + 2u;
    state->it_size = end - state->it_begin;
}

static void stop(void *engine, plumbline_count *state, uint32_t why)
{
    state->why = why;
    (void)state->emu_stop(engine);
}

#if defined(_WIN32)
__declspec(dllexport)
#endif
void plumbline_on_code(void *engine, uint64_t address, uint32_t size, void *user)
{
    plumbline_count *state = (plumbline_count *)user;
    const uint32_t pc = (uint32_t)address;
    const uint32_t first = halfword(state, pc);
    (void)size;

    if (pc - state->it_begin < state->it_size) {
        state->pc = pc;
        return;
    }
    if (state->asked != 0u || pc == state->at) {
        stop(engine, state, WHY_ASKED);
        return;
    }
    if (state->count >= state->limit) {
        stop(engine, state, WHY_LIMIT);
        return;
    }
    if (first == 0xe7feu) {
        state->count = state->limit - 1u; // a branch to itself, which only an interrupt ends: all of them at once
    } else if (first == 0xbf40u) {
        state->sev = 1u;
    } else if ((first & 0xff00u) == 0xbf00u && (first & 0xfu) != 0u) {
        enter_block(state, pc, first & 0xfu);
    } else if ((state->watch | state->no_fpu) != 0u) {
        // CPSIE, and MSR: what may unmask
        if (state->watch != 0u && ((first & 0xfff8u) == 0xb660u || (first & 0xffe0u) == 0xf380u)) {
            state->asked = 1u;
        }
        // coprocessors 10 and 11 are the floating-point unit
        if (state->no_fpu != 0u && (first & 0xec00u) == 0xec00u && (halfword(state, pc + 2u) & 0x0e00u) == 0x0a00u) {
            state->pc = pc;
            stop(engine, state, WHY_NO_FPU);
            return;
        }
    }
    state->pc = pc;
    state->count++;
}
