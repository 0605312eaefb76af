// Codes by fours, `step` bytes after the last ones, and zeros behind a last one to three; returns where the next go.
static int8_t *plumbline_widen_s8_s16(const int8_t *codes, int count, int8_t *pairs, int step)
{
    for (; count >= 4; count -= 4, codes += 4, pairs += step) {
        memcpy(pairs, codes, 4);
    }
    if (count > 0) {
        memset(pairs, 0, 4);
        memcpy(pairs, codes, (size_t)count);
        pairs += step;
    }
    return pairs;
}
