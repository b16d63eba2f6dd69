/* Cells read column by column: texts without blanks around them, exact numbers, times on clocks. */
#include <stdlib.h>
#include <string.h>

#include "arrow.h"
#include "text.h"

/* How many bytes the blank at `at` takes, or 0 where there is none: a space, tab, line end, or one of the
 * spaces that do not break (U+00A0, U+2007, U+202F). */
static int blank(const uint8_t *at, int64_t left) {
    if (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n') {
        return 1;
    }
    if (left >= 2 && at[0] == 0xc2 && at[1] == 0xa0) {
        return 2;
    }
    return left >= 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0x87 || at[2] == 0xaf) ? 3 : 0;
}

static bool might_be_blank(uint8_t byte) { return byte <= ' ' || byte >= 0x80; }

/* What an array holds on to whose texts stand in the buffers of another one. */
typedef struct {
    struct ArrowArray other;
    View *views;
    uint8_t *there;
    const void *buffers[];
} Borrowed;

static void give_back(struct ArrowArray *array) {
    Borrowed *held = array->private_data;
    held->other.release(&held->other);
    free(held->views);
    free(held->there);
    free(held);
    array->release = NULL;
}

/* The part of a text that has no blanks around it, into `part`. */
static void trim(const View *view, const uint8_t *text, View *part) {
    int32_t from = 0, to = view->length;
    int size;
    while (from < to && might_be_blank(text[from]) && (size = blank(text + from, to - from))) {
        from += size;
    }
    while (to > from && might_be_blank(text[to - 1])) {
        if ((size = blank(text + to - 1, 1)) || (to - from >= 2 && (size = blank(text + to - 2, 2)) == 2) ||
            (to - from >= 3 && (size = blank(text + to - 3, 3)) == 3)) {
            to -= size;
        } else {
            break;
        }
    }
    if (to - from == view->length) {
        *part = *view;
        return;
    }
    memset(part, 0, sizeof *part);
    part->length = to - from;
    if (part->length <= WITHIN) {
        memcpy(part->within, text + from, (size_t)part->length);
    } else {
        memcpy(part->beyond.first, text + from, sizeof part->beyond.first);
        part->beyond.buffer = view->beyond.buffer;
        part->beyond.offset = view->beyond.offset + from;
    }
}

/* Texts without blanks around them; those that hold nothing else are none. Takes `given` over.
 *
 * Gives 0, or a negative number where there is no memory.
 */
int fw_trimmed(struct ArrowArray *given, struct ArrowArray *made) {
    int64_t rows = given->length, nulls = 0;
    Borrowed *held = malloc(sizeof *held + (size_t)given->n_buffers * sizeof(void *));
    View *views = malloc((size_t)(rows ? rows : 1) * sizeof *views);
    uint8_t *there = calloc((size_t)rows / 8 + 1, 1);
    if (held == NULL || views == NULL || there == NULL) {
        free(held);
        free(views);
        free(there);
        return -1;
    }
    const View *from = (const View *)given->buffers[1] + given->offset;
    for (int64_t row = 0; row < rows; row++) {
        bool some = is_there(given, row) && from[row].length > 0;
        if (some) {
            int32_t length;
            const uint8_t *text = text_at(given, row, &length);
            if (might_be_blank(text[0]) || might_be_blank(text[length - 1])) {
                trim(&from[row], text, &views[row]);
                some = views[row].length > 0;
            } else {
                views[row] = from[row];
            }
        } else {
            memset(&views[row], 0, sizeof *views);
        }
        nulls += !some;
        there[row / 8] |= (uint8_t)(some << row % 8);
    }
    memcpy(held->buffers, given->buffers, (size_t)given->n_buffers * sizeof(void *));
    held->buffers[0] = there;
    held->buffers[1] = held->views = views;
    held->there = there;
    held->other = *given;
    given->release = NULL;
    *made = (struct ArrowArray){
        .length = rows,
        .null_count = nulls,
        .n_buffers = held->other.n_buffers,
        .buffers = held->buffers,
        .release = give_back,
        .private_data = held,
    };
    return 0;
}

/* --- numbers ------------------------------------------------------------------------------------ */

typedef struct {
    int digits, decimals;
    uint8_t mark;
    const char *pattern;
} Form;

/* A number of at most `digits` digits, then perhaps the mark and 1 to `decimals` digits; a minus before it. */
static bool read_number(const uint8_t *at, int32_t length, const Form *form, int64_t *number) {
    const uint8_t *end = at + length;
    bool minus = length && *at == '-';
    at += minus;
    int64_t read = 0;
    int digits = 0, decimals = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++, digits++) {
        if (digits == form->digits) {
            return false;
        }
        read = read * 10 + (*at - '0');
    }
    if (digits == 0) {
        return false;
    }
    if (at < end && form->decimals && *at == form->mark) {
        for (at++; at < end && *at >= '0' && *at <= '9'; at++, decimals++) {
            if (decimals == form->decimals) {
                return false;
            }
            read = read * 10 + (*at - '0');
        }
        if (decimals == 0) {
            return false;
        }
    }
    if (at != end) {
        return false;
    }
    for (; decimals < form->decimals; decimals++) {
        read *= 10;
    }
    *number = minus ? -read : read;
    return true;
}

/* So many digits as a number, or -1. */
static int64_t digits_at(const uint8_t *at, int count) {
    int64_t read = 0;
    for (; count; count--, at++) {
        if (*at < '0' || *at > '9') {
            return -1;
        }
        read = read * 10 + (*at - '0');
    }
    return read;
}

static int days_in(int64_t year, int64_t month) {
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* A day of the calendar as days since 1970, by eras of 400 years that begin in March. */
static int64_t days_since(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* A time as clocks show it, in microseconds since 1970 there; its form has yyyy, MM, dd, and perhaps
 * HH, mm and ss. */
static bool read_wall(const uint8_t *at, int32_t length, const Form *form, int64_t *number) {
    static const struct {
        const char *letters;
        int64_t least, most;
    } parts[] = {{"yyyy", 1, 9999}, {"MM", 1, 12}, {"dd", 1, 31}, {"HH", 0, 23}, {"mm", 0, 59}, {"ss", 0, 59}};
    enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PARTS };
    int64_t found[PARTS] = {0};
    const char *pattern = form->pattern;
    const uint8_t *end = at + length;
    while (*pattern) {
        int part = 0;
        size_t size = 0;
        for (; part < PARTS; part++) {
            size = strlen(parts[part].letters);
            if (strncmp(pattern, parts[part].letters, size) == 0) {
                break;
            }
        }
        if (part == PARTS) {
            if (at == end || *at++ != (uint8_t)*pattern++) {
                return false;
            }
            continue;
        }
        if (end - at < (int64_t)size) {
            return false;
        }
        found[part] = digits_at(at, (int)size);
        if (found[part] < parts[part].least || found[part] > parts[part].most) {
            return false;
        }
        at += size;
        pattern += size;
    }
    if (at != end || found[DAY] > days_in(found[YEAR], found[MONTH])) {
        return false;
    }
    int64_t days = days_since(found[YEAR], found[MONTH], found[DAY]);
    *number = (days * 86400 + found[HOUR] * 3600 + found[MINUTE] * 60 + found[SECOND]) * 1000000;
    return true;
}

typedef bool (*Read)(const uint8_t *, int32_t, const Form *, int64_t *);

/* A column of whole numbers out of texts; none where a text is not read. */
static int read_all(const struct ArrowArray *given, Read read, const Form *form, struct ArrowArray *made) {
    int64_t rows = given->length, nulls = 0;
    Plain *held = plain_begin(rows, 64);
    if (held == NULL) {
        return -1;
    }
    int64_t *numbers = held->values;
    for (int64_t row = 0; row < rows; row++) {
        int32_t length = 0;
        const uint8_t *text = is_there(given, row) ? text_at(given, row, &length) : NULL;
        bool well = text != NULL && read(text, length, form, &numbers[row]);
        nulls += !well;
        held->there[row / 8] |= (uint8_t)(well << row % 8);
    }
    plain_give(held, rows, nulls, made);
    return 0;
}

/* Numbers of 10^-decimals: see read_number. `digits` and `decimals` are 18 at most, together. */
int fw_numbers(const struct ArrowArray *given, int digits, int decimals, int mark, struct ArrowArray *made) {
    Form form = {.digits = digits, .decimals = decimals, .mark = (uint8_t)mark};
    return read_all(given, read_number, &form, made);
}

/* Times as clocks show them: see read_wall. */
int fw_walls(const struct ArrowArray *given, const char *pattern, struct ArrowArray *made) {
    Form form = {.pattern = pattern};
    return read_all(given, read_wall, &form, made);
}

/* --- yes and no --------------------------------------------------------------------------------- */

/* Whether the digits are a product code: of one of the lengths whose bits are set in `lengths`, not all zeros,
 * and with every other digit tripled, from the last but one on, the sum ends in 0. */
static bool sound_code(const uint8_t *text, int32_t length, const void *asked) {
    int sum = 0, any = 0, lengths = *(const int *)asked;
    if (length > 30 || !(lengths >> length & 1)) {
        return false;
    }
    for (int32_t n = 0; n < length; n++) {
        int digit = text[n] - '0';
        if (digit < 0 || digit > 9) {
            return false;
        }
        any |= digit;
        sum += (length - n) % 2 ? digit : 3 * digit;
    }
    return any && sum % 10 == 0;
}

/* Whether the digits are a product code as a spreadsheet leaves it that rounded it: behind zeros at the front 12 to
 * 14 digits, of which the first six at most are others than zero. */
static bool rounded_code(const uint8_t *text, int32_t length, const void *asked) {
    (void)asked;
    enum { SHORTEST = 12, LONGEST = 14, SIGNIFICANT = 6 };
    int32_t from = 0;
    while (from < length && text[from] == '0') {
        from++;
    }
    if (length - from < SHORTEST || length - from > LONGEST) {
        return false;
    }
    for (int32_t n = length - 1; n > from; n--) { /* from the end: of other codes the first one tells */
        if (n >= from + SIGNIFICANT ? text[n] != '0' : text[n] < '0' || text[n] > '9') {
            return false;
        }
    }
    return text[from] >= '1' && text[from] <= '9';
}

typedef bool (*Told)(const uint8_t *, int32_t, const void *);

/* Whether each text is as it is asked for; none where there is no text. */
static int tell_all(const struct ArrowArray *given, Told told, const void *asked, struct ArrowArray *made) {
    int64_t rows = given->length, nulls = 0;
    Plain *held = plain_begin(rows, 1);
    if (held == NULL) {
        return -1;
    }
    uint8_t *answers = held->values;
    for (int64_t row = 0; row < rows; row++) {
        int32_t length = 0;
        const uint8_t *text = is_there(given, row) ? text_at(given, row, &length) : NULL;
        bool well = text != NULL && told(text, length, asked);
        nulls += text == NULL;
        answers[row / 8] |= (uint8_t)(well << row % 8);
        held->there[row / 8] |= (uint8_t)((text != NULL) << row % 8);
    }
    plain_give(held, rows, nulls, made);
    return 0;
}

/* Whether each text is a product code: see sound_code. */
int fw_sound_codes(const struct ArrowArray *given, int lengths, struct ArrowArray *made) {
    return tell_all(given, sound_code, &lengths, made);
}

/* Whether each text is a rounded code: see rounded_code. */
int fw_rounded_codes(const struct ArrowArray *given, struct ArrowArray *made) {
    return tell_all(given, rounded_code, NULL, made);
}

typedef struct {
    bool within[256];
    int32_t least, most;
} Letters;

static bool of_letters(const uint8_t *text, int32_t length, const void *asked) {
    const Letters *letters = asked;
    bool fits = length >= letters->least && length <= letters->most;
    for (int32_t n = 0; fits && n < length; n++) {
        fits = letters->within[text[n]];
    }
    return fits;
}

/* Whether each text is `least` to `most` bytes long, all of them in the set, which has a bit for each. */
int fw_fits(const struct ArrowArray *given, const uint8_t *set, int least, int most, struct ArrowArray *made) {
    Letters letters = {.least = least, .most = most};
    for (int byte = 0; byte < 256; byte++) {
        letters.within[byte] = bit_at(set, byte);
    }
    return tell_all(given, of_letters, &letters, made);
}

/* --- texts -------------------------------------------------------------------------------------- */

/* Whether all characters of all texts are below U+0300: then they are in Unicode's composed form. */
int fw_composed(const struct ArrowArray *given) {
    for (int64_t row = 0; row < given->length; row++) {
        int32_t length = 0;
        const uint8_t *text = is_there(given, row) ? text_at(given, row, &length) : NULL;
        for (int32_t n = 0; n < length; n++) {
            if (text[n] >= 0xcc) {
                return 0;
            }
        }
    }
    return 1;
}
