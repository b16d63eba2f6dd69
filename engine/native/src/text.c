#include "text.h"

#include <string.h>

static const uint64_t HIGH_BITS = 0x8080808080808080u;

/* How many bytes the character at `at` takes, or 0 where it is none. See table 3-7 of Unicode. */
static int character(const uint8_t *at, int64_t left) {
    uint8_t first = at[0], least = 0x80, most = 0xbf;
    int length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length == 0 || length > left) {
        return 0;
    }
    least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : least;
    most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : most;
    if (at[1] < least || at[1] > most) {
        return 0;
    }
    for (int n = 2; n < length; n++) {
        if ((at[n] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return length;
}

bool plain_utf8(const uint8_t *text, int64_t length) {
    int64_t at = 0;
    while (at < length) {
        if (length - at >= 8) {
            uint64_t word;
            memcpy(&word, text + at, sizeof word);
            word &= HIGH_BITS;
            if (word == 0) {
                at += 8;
                continue;
            }
            at += __builtin_ctzll(word) / 8;
        }
        if (text[at] < 0x80) {
            at++;
            continue;
        }
        int taken = character(text + at, length - at);
        if (taken == 0 || (taken == 3 && memcmp(text + at, "\xef\xbf\xbd", 3) == 0)) {
            return false;
        }
        at += taken;
    }
    return true;
}

int64_t count_of(const uint8_t *at, const uint8_t *end, uint8_t byte) {
    int64_t count = 0;
    for (; at < end; at++) {
        count += *at == byte;
    }
    return count;
}
