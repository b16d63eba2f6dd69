/* Texts looked up among keys, which stand in a table of hashes. */
#include <stdlib.h>
#include <string.h>

#include "arrow.h"

/* Keys one behind the other, in UTF-8. A slot holds the number of a key from 1 on, or 0. */
typedef struct {
    const uint8_t *texts;
    const int64_t *ends; /* where each key ends */
    uint32_t *slots;
    uint64_t room; /* how many slots: a power of two, more than there are keys */
} Keys;

static inline uint64_t mixed(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u; /* 2^64 by the golden ratio */
    return hash ^ hash >> 32;
}

static uint64_t hash_of(const uint8_t *text, int64_t length) {
    uint64_t hash = mixed(0, (uint64_t)length), word;
    for (; length >= (int64_t)sizeof word; length -= sizeof word, text += sizeof word) {
        memcpy(&word, text, sizeof word);
        hash = mixed(hash, word);
    }
    for (word = 0; length; length--) {
        word = word << 8 | text[length - 1];
    }
    return mixed(hash, word);
}

/* The slot of the key that equals a text, or the empty one where it would stand. */
static uint32_t *slot_of(const Keys *keys, const uint8_t *text, int64_t length) {
    for (uint64_t at = hash_of(text, length);; at++) {
        uint32_t *slot = &keys->slots[at & (keys->room - 1)];
        if (*slot == 0) {
            return slot;
        }
        int64_t from = *slot > 1 ? keys->ends[*slot - 2] : 0;
        if (keys->ends[*slot - 1] - from == length && memcmp(keys->texts + from, text, (size_t)length) == 0) {
            return slot;
        }
    }
}

/* Put `count` keys into slots that are all empty. Of equal keys the first one stands. */
void fw_keys(const uint8_t *texts, const int64_t *ends, int64_t count, uint32_t *slots, int64_t room) {
    Keys keys = {texts, ends, slots, (uint64_t)room};
    int64_t from = 0;
    for (int64_t key = 0; key < count; from = ends[key++]) {
        uint32_t *slot = slot_of(&keys, texts + from, ends[key] - from);
        *slot = *slot ? *slot : (uint32_t)key + 1;
    }
}

/* The small letters of a text, as many bytes; false where a character may become another one in a way not known here.
 *
 * Known are ASCII, Latin-1, the ligature of o and e, and the marks and signs of currencies in U+2000 to U+20BF.
 */
static bool lower(const uint8_t *text, int64_t length, uint8_t *to) {
    const uint64_t each = 0x0101010101010101u, high = 0x8080808080808080u;
    int64_t n = 0;
    for (uint64_t word; n + (int64_t)sizeof word <= length; n += sizeof word) {
        memcpy(&word, text + n, sizeof word);
        if (word & high) {
            break;
        }
        /* The high bit of a byte tells of capitals: it is set from A on, and cleared again behind Z. */
        uint64_t capitals = ((word + each * (0x80 - 'A')) ^ (word + each * (0x7f - 'Z'))) & high;
        word |= capitals >> 2;
        memcpy(to + n, &word, sizeof word);
    }
    for (; n < length; n++) {
        uint8_t byte = text[n];
        to[n] = byte >= 'A' && byte <= 'Z' ? byte + 0x20 : byte;
        if (byte < 0x80) {
            continue;
        }
        uint8_t next = text[n + 1]; /* texts are UTF-8: there is one */
        int more = 1;
        if (byte == 0xc3) {
            to[n + 1] = next >= 0x80 && next <= 0x9e && next != 0x97 ? next + 0x20 : next;
        } else if (byte == 0xc2 || (byte == 0xc5 && (next == 0x92 || next == 0x93))) {
            to[n + 1] = byte == 0xc5 ? 0x93 : next;
        } else if (byte == 0xe2 && next <= 0x82) {
            to[n + 1] = next;
            to[n + 2] = text[n + 2];
            more = 2;
        } else {
            return false;
        }
        n += more;
    }
    return true;
}

/* The number of the key, from 0, that each text equals, `lowered` first where that is asked for; none where none does.
 *
 * Gives 0; 1 where a text could not be lowered; or a negative number where there is no memory.
 */
int fw_places(const struct ArrowArray *given, const uint8_t *texts, const int64_t *ends, uint32_t *slots, int64_t room,
              int lowered, struct ArrowArray *made) {
    enum { SHORT = 256 };
    Keys keys = {texts, ends, slots, (uint64_t)room};
    uint8_t small[SHORT], *longer = NULL;
    int64_t rows = given->length, nulls = 0, longest = 0;
    int failed = 0;
    Plain *held = plain_begin(rows, 32);
    if (held == NULL) {
        return -1;
    }
    uint32_t *places = held->values;
    for (int64_t row = 0; row < rows && !failed; row++) {
        int32_t length = 0;
        const uint8_t *text = is_there(given, row) ? text_at(given, row, &length) : NULL;
        if (text != NULL && lowered) {
            if (length > SHORT && length > longest) {
                free(longer);
                longer = malloc((size_t)length);
                longest = longer ? length : 0;
            }
            uint8_t *to = length > SHORT ? longer : small;
            failed = to == NULL ? -1 : !lower(text, length, to);
            text = to;
        }
        uint32_t slot = text != NULL && !failed ? *slot_of(&keys, text, length) : 0;
        places[row] = slot ? slot - 1 : 0;
        nulls += slot == 0;
        held->there[row / 8] |= (uint8_t)((slot != 0) << row % 8);
    }
    free(longer);
    if (failed) {
        plain_end(held);
        return failed;
    }
    plain_give(held, rows, nulls, made);
    return 0;
}
