/* JSON Lines whose records are alike: flat objects of texts, with the same keys in the same order.
 *
 * All else is left to the readers in Python: numbers, null, what is nested, keys that stand twice, faults.
 */
#include <stdlib.h>
#include <string.h>

#include "arrow.h"
#include "text.h"

enum { LEFT = -1 };

typedef struct {
    const uint8_t *at, *end;
} Reader;

static bool takes(Reader *r, uint8_t byte) {
    if (r->at < r->end && *r->at == byte) {
        r->at++;
        return true;
    }
    return false;
}

/* A key as it is written, with its quotes and its colon. */
static bool takes_key(Reader *r, const uint8_t *key, int32_t length) {
    if (!takes(r, '"') || r->end - r->at < length || memcmp(r->at, key, (size_t)length) != 0) {
        return false;
    }
    r->at += length;
    return takes(r, '"') && takes(r, ':');
}

/* Four hexadecimal digits, or -1. */
static int32_t unit_at(const uint8_t *at) {
    int32_t unit = 0;
    for (int n = 0; n < 4; n++) {
        uint8_t byte = at[n], lower = byte | 0x20;
        int32_t digit = byte >= '0' && byte <= '9' ? byte - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
        if (digit < 0) {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    return unit;
}

/* The character of an escape, behind its backslash, into `to`; `at` goes behind it. Gives its length, or 0
 * where it is none, or half of a pair, or the sign of lost text. */
static int unescaped(const uint8_t **at, const uint8_t *end, uint8_t *to) {
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *known = *at < end && **at ? strchr(escapes, **at) : NULL;
    if (known != NULL) {
        (*at)++;
        *to = (uint8_t)meant[known - escapes];
        return 1;
    }
    if (end - *at < 5 || **at != 'u') {
        return 0;
    }
    int32_t unit = unit_at(*at + 1);
    if (unit < 0 || (unit >= 0xd800 && unit < 0xe000) || unit == 0xfffd) {
        return 0;
    }
    *at += 5;
    if (unit < 0x80) {
        *to = (uint8_t)unit;
        return 1;
    }
    int length = unit < 0x800 ? 2 : 3;
    to[length - 1] = (uint8_t)(0x80 | (unit & 0x3f));
    to[length - 2] = (uint8_t)(length == 2 ? 0xc0 | unit >> 6 : 0x80 | (unit >> 6 & 0x3f));
    if (length == 3) {
        to[0] = (uint8_t)(0xe0 | unit >> 12);
    }
    return length;
}

/* A text with its quotes, into the column unless that is NULL. */
static bool takes_text(Reader *r, Texts *texts) {
    if (!takes(r, '"')) {
        return false;
    }
    const uint8_t *begin = r->at, *at = begin;
    while (at < r->end && *at != '"' && *at != '\\' && *at >= ' ') {
        at++;
    }
    if (at < r->end && *at == '"') { /* as most are: without an escape */
        r->at = at + 1;
        if (texts != NULL) {
            texts_put(texts, begin, at - begin);
        }
        return true;
    }
    const uint8_t *close = at; /* where it may end at the latest */
    while (close < r->end && *close != '"' && *close >= ' ') {
        close += *close == '\\' ? 2 : 1;
    }
    if (close >= r->end || *close != '"') {
        return false;
    }
    /* An escape is longer than what it stands for. */
    uint8_t unused[4], *place = texts ? texts_room(texts, close - begin) : NULL, *to = place;
    if (texts != NULL && place == NULL) {
        return false;
    }
    for (at = begin; at < close;) {
        int length = 1;
        uint8_t *made = place ? to : unused;
        if (*at != '\\') {
            *made = *at++;
        } else {
            at++;
            length = unescaped(&at, close, made);
        }
        if (length == 0) {
            return false;
        }
        to += place ? length : 0;
    }
    r->at = close + 1;
    if (texts != NULL) {
        texts_put(texts, place, to - place);
    }
    return true;
}

/* One line: an object of so many keys, which stand one after the other in `keys`, and its line end. */
static bool takes_record(Reader *r, const uint8_t *keys, const int32_t *lengths, int count, Texts **wanted) {
    if (!takes(r, '{')) {
        return false;
    }
    for (int n = 0; n < count; keys += lengths[n], n++) {
        if (n > 0) {
            if (!takes(r, ',')) {
                return false;
            }
            takes(r, ' ');
        }
        if (!takes_key(r, keys, lengths[n])) {
            return false;
        }
        takes(r, ' ');
        if (!takes_text(r, wanted[n])) {
            return false;
        }
    }
    return takes(r, '}') && takes(r, '\n');
}

/* The records of a block of whole lines.
 *
 * Each has the `count` keys that stand one after the other in `keys`. `places` tells for each which of the
 * `columns` it is, negative where it is none; `arrays` become the columns, texts as views. Gives the number
 * of records, or a negative number where the block is left to another reader.
 */
int64_t fw_json_records(const uint8_t *block, int64_t length, const uint8_t *keys, const int32_t *lengths,
                        int count, const int32_t *places, int columns, struct ArrowArray *arrays) {
    if (length == 0 || block[length - 1] != '\n' || !plain_utf8(block, length)) {
        return LEFT;
    }
    Texts *texts = columns_begin(columns, count_of(block, block + length, '\n'));
    Texts **wanted = calloc((size_t)count + 1, sizeof *wanted);
    bool well = texts != NULL && wanted != NULL;
    for (int n = 0; well && n < count; n++) {
        wanted[n] = places[n] < 0 ? NULL : &texts[places[n]];
    }
    Reader reader = {block, block + length};
    int64_t read = 0;
    for (; well && reader.at < reader.end; read++) {
        well = takes_record(&reader, keys, lengths, count, wanted);
    }
    well = well && columns_give(texts, columns, arrays);
    columns_end(texts, columns);
    free(wanted);
    return well ? read : LEFT;
}
