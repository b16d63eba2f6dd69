/* Texts put together row by row from constants and columns, as a list of steps says. */
#include <stdlib.h>
#include <string.h>

#include "arrow.h"
#include "text.h"

/* What a step does. What is missing fails: then the innermost attempt or member is taken back. */
enum {
    CONSTANT,   /* write a constant */
    TEXT,       /* write a text; fails where there is none */
    JSON_TEXT,  /* the same as it stands within a JSON string */
    NUMBER,     /* write a whole number of 10^-scale with at least so many decimals */
    INSTANT,    /* write microseconds since 1970 as 2025-06-25T06:00:00Z */
    CONDITION,  /* fails where a yes/no is not yes */
    ATTEMPT,    /* begin what may fail as a whole; `target` is its OTHERWISE */
    OTHERWISE,  /* the end of an attempt; the constant is written where it failed */
    LIST,       /* begin a list of members, with a constant */
    MEMBER,     /* begin one; the constant parts it from another one before; `target` is its end */
    MEMBER_END,
    LIST_END,   /* write a constant; fails where there was no member */
};

typedef struct {
    int32_t code, column;
    int32_t place, length; /* of the constant; for numbers the scale, and the least number of decimals */
    int32_t target;
} Step;

enum { BATCH = 32 }; /* rows, as many as bits of a mask */

/* A step as it is taken: with its column, and the constant that follows it, which most steps have.
 *
 * Of the column, the cells of a few rows stand side by side. Columns begin at the same places of their pages, so
 * that reading row by row from all of them drives each out of the fastest memory by the others.
 */
typedef struct {
    int32_t code, scale, decimals, target;
    const struct ArrowArray *column;
    const uint8_t *constant, *after;
    int32_t length, after_length;
    uint32_t there, yes; /* a bit a row */
    union {
        int64_t numbers[BATCH];
        View texts[BATCH];
    };
} Taken;

typedef struct {
    int32_t code, target, members;
    int64_t start; /* what was written before it */
} Open;

typedef struct {
    Texts texts;
    uint8_t *text; /* the row's text so far, and how much there is room for */
    int64_t length, room;
    int64_t reserve; /* how much all that is not a text can take: there is always room for so much */
} Line;

enum { LONGEST_NUMBER = 64, LONGEST_INSTANT = 24, LONGEST_ESCAPE = 6, STRIDE = 16 };

/* Room for `more` bytes and the reserve. */
static bool room_for(Line *line, int64_t more) {
    more += line->reserve;
    if (more <= line->room - line->length) {
        return true;
    }
    const uint8_t *before = line->text;
    int64_t buffers = line->texts.count;
    line->text = texts_room(&line->texts, line->length + more);
    if (line->text != NULL && line->length && line->texts.count != buffers) {
        memcpy(line->text, before, (size_t)line->length); /* a new buffer was begun */
    }
    line->room = line->text ? line->texts.room - line->texts.used : 0;
    return line->text != NULL;
}

/* Constants are copied by strides, behind their end too: what stands there is written over, or cut off. */
static inline void write_constant(Line *line, const uint8_t *constant, int32_t length) {
    uint8_t *to = line->text + line->length;
    for (int32_t n = 0; n < length; n += STRIDE) {
        memcpy(to + n, constant + n, STRIDE);
    }
    line->length += length;
}

static inline void write(Line *line, const uint8_t *text, int32_t length) {
    if (room_for(line, length)) {
        copy(line->text + line->length, text, length);
        line->length += length;
    }
}

/* Whether one of eight bytes may not stand in a JSON string as it is. */
static inline bool has_special(uint64_t bytes) {
    const uint64_t each = 0x0101010101010101u, high = 0x8080808080808080u;
    uint64_t quotes = bytes ^ each * '"', slashes = bytes ^ each * '\\';
    uint64_t found = (bytes - each * 0x20) & ~bytes;
    found |= ((quotes - each) & ~quotes) | ((slashes - each) & ~slashes);
    return (found & high) != 0;
}

/* Whether a text that is too long for its view may stand in a JSON string as it is. */
static inline bool is_plain(const uint8_t *text, int32_t length) {
    uint64_t word;
    for (int32_t n = 0; n + (int32_t)sizeof word <= length; n += sizeof word) {
        memcpy(&word, text + n, sizeof word);
        if (has_special(word)) {
            return false;
        }
    }
    memcpy(&word, text + length - sizeof word, sizeof word);
    return !has_special(word);
}

/* A text that stands in its view, with what is behind it there: that is written over, or cut off. */
static inline void write_short(Line *line, const View *view) {
    memcpy(line->text + line->length, view->within, WITHIN);
    line->length += view->length;
}

/* The same as is_plain of one that stands in its view; what is behind it counts as if it were plain. */
static inline bool is_plain_short(const View *view) {
    const uint64_t letters = 0x6161616161616161u;
    uint64_t first, rest = 0;
    memcpy(&first, view->within, sizeof first);
    memcpy(&rest, view->within + sizeof first, WITHIN - sizeof first);
    int32_t length = view->length, over = length > 8 ? length - 8 : 0, under = length < 8 ? length : 8;
    first |= under < 8 ? letters << 8 * under : 0;
    return !has_special(first) && !has_special(rest | letters << 8 * over);
}

static void write_json(Line *line, const uint8_t *text, int32_t length) {
    static const char digits[] = "0123456789abcdef";
    if (!room_for(line, (int64_t)length * LONGEST_ESCAPE)) {
        return;
    }
    uint8_t *to = line->text + line->length;
    for (const uint8_t *end = text + length; text < end; text++) {
        uint8_t byte = *text;
        if (byte >= 0x20 && byte != '"' && byte != '\\') {
            *to++ = byte;
            continue;
        }
        *to++ = '\\';
        switch (byte) {
        case '\b': *to++ = 'b'; break;
        case '\f': *to++ = 'f'; break;
        case '\n': *to++ = 'n'; break;
        case '\r': *to++ = 'r'; break;
        case '\t': *to++ = 't'; break;
        case '"':
        case '\\': *to++ = byte; break;
        default:
            memcpy(to, "u00", 3);
            to[3] = (uint8_t)digits[byte >> 4];
            to[4] = (uint8_t)digits[byte & 15];
            to += 5;
        }
    }
    line->length = to - line->text;
}

/* Two digits, at two bytes. */
static inline void put_pair(uint8_t *to, uint64_t number) {
    static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940"
                                "4142434445464748495051525354555657585960616263646566676869707172737475767778798081"
                                "82838485868788899091929394959697989900";
    memcpy(to, pairs + 2 * number, 2);
}

/* The last `count` digits of a number, before `end`. */
static inline void put_digits(uint8_t *end, int count, uint64_t number) {
    for (; count >= 2; count -= 2, number /= 100) {
        put_pair(end -= 2, number % 100);
    }
    if (count) {
        *--end = (uint8_t)('0' + number % 10);
    }
}

/* A whole number; gives how many digits it takes. `to` has room for 20. */
static inline int put_whole(uint8_t *to, uint64_t number) {
    enum { EIGHT = 100000000 };
    if (number >= EIGHT) {
        int before = put_whole(to, number / EIGHT);
        put_digits(to + before + 8, 8, number % EIGHT);
        return before + 8;
    }
    /* All eight digits side by side, by halves: no jump depends on how many there are. */
    uint64_t fours = number / 10000 | number % 10000 << 32;
    uint64_t hundreds = fours * 10486 >> 20 & 0x7f0000007f;
    uint64_t pairs = ((fours - 100 * hundreds) << 16) + hundreds;
    uint64_t tens = pairs * 103 >> 10 & 0x000f000f000f000f;
    uint64_t digits = ((pairs - 10 * tens) << 8) + tens;
    int zeros = __builtin_ctzll(digits | (uint64_t)1 << 56) / 8; /* before the first that is none, or the last */
    digits = (digits | 0x3030303030303030) >> 8 * zeros;
    memcpy(to, &digits, sizeof digits);
    return 8 - zeros;
}

/* The exact decimal: all `scale` decimals but zeros at the end, and at least `decimals` of them. */
static void write_number(Line *line, int64_t number, int scale, int decimals) {
    enum { MOST = 19 };
    static const uint64_t powers[MOST + 1] = {
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
        1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
        1000000000000000000, 10000000000000000000u,
    };
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    while (scale > decimals && left % 10 == 0) {
        left /= 10;
        scale--;
    }
    uint8_t *to = line->text + line->length;
    *to = '-';
    to += number < 0;
    uint64_t whole = scale == 0 ? left : scale == 2 ? left / 100 : scale <= MOST ? left / powers[scale] : 0;
    to += put_whole(to, whole);
    if (scale > 0 || decimals > 0) {
        *to++ = '.';
        put_digits(to + scale, scale, scale <= MOST ? left - whole * powers[scale] : left);
        to += scale;
        for (int n = scale; n < decimals; n++) {
            *to++ = '0';
        }
    }
    line->length = to - line->text;
}

/* Days since 1970 to a day of the calendar, by eras of 400 years that begin in March. */
static void write_instant(Line *line, int64_t micros) {
    static const char form[] = "0000-00-00T00:00:00Z";
    int64_t seconds = micros / 1000000 - (micros % 1000000 < 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int64_t second = seconds - days * 86400;
    int64_t since = days + 719468, era = (since >= 0 ? since : since - 146096) / 146097;
    int64_t of_era = since - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153, day = of_year - (153 * month + 2) / 5 + 1;
    month += month < 10 ? 3 : -9;
    uint8_t *shown = line->text + line->length;
    memcpy(shown, form, sizeof form - 1);
    put_digits(shown + 4, 4, (uint64_t)(year + era * 400 + (month <= 2)));
    put_digits(shown + 7, 2, (uint64_t)month);
    put_digits(shown + 10, 2, (uint64_t)day);
    put_digits(shown + 13, 2, (uint64_t)(second / 3600));
    put_digits(shown + 16, 2, (uint64_t)(second / 60 % 60));
    put_digits(shown + 19, 2, (uint64_t)(second % 60));
    line->length += sizeof form - 1;
}

/* Write what a step takes from its column, of a row of the batch; false where that is missing. */
static inline bool write_value(Line *line, const Taken *step, int row) {
    if (!(step->there >> row & 1)) {
        return false;
    }
    int32_t length;
    const uint8_t *text;
    const View *view;
    switch (step->code) {
    case CONDITION:
        return step->yes >> row & 1;
    case NUMBER:
        write_number(line, step->numbers[row], step->scale, step->decimals);
        break;
    case INSTANT:
        write_instant(line, step->numbers[row]);
        break;
    default:
        view = &step->texts[row];
        text = text_of(view, step->column, &length);
        if (length > WITHIN) {
            (step->code == TEXT || is_plain(text, length) ? write : write_json)(line, text, length);
        } else if (step->code == TEXT || is_plain_short(view)) {
            write_short(line, view);
        } else {
            write_json(line, text, length);
        }
    }
    return true;
}

/* Write the text of one row; false where it has none. `open` has room for all that can be. */
static bool write_row(Line *line, const Taken *steps, int count, int row, Open *open) {
    Open *inner = open; /* behind the innermost */
    for (int n = 0; n < count; n++) {
        const Taken *step = &steps[n];
        bool well = true, writes;
        switch (step->code) {
        case CONSTANT:
            break;
        case ATTEMPT:
        case MEMBER:
        case LIST:
            writes = step->code == LIST || (step->code == MEMBER && inner[-1].members > 0);
            *inner++ = (Open){step->code, step->target, 0, line->length};
            write_constant(line, step->constant, writes ? step->length : 0);
            break;
        case OTHERWISE:
            inner--;
            break;
        case MEMBER_END:
            inner--;
            inner[-1].members++;
            break;
        case LIST_END:
            inner--;
            well = inner->members > 0;
            write_constant(line, step->constant, well ? step->length : 0);
            break;
        default:
            well = write_value(line, step, row);
        }
        if (line->text == NULL) {
            return false;
        }
        if (!well) {
            if (inner == open) {
                return false;
            }
            inner--;
            line->length = inner->start;
            step = &steps[n = inner->target];
            if (inner->code == ATTEMPT) {
                write_constant(line, step->constant, step->length);
            }
        }
        write_constant(line, step->after, step->after_length);
    }
    return true;
}

static bool is_value(int32_t code) { return code >= TEXT && code <= CONDITION; }

/* The steps as they are taken, constants joined to what they follow; gives how many there are.
 *
 * `text` is as long as all constants and a stride. What can stand in a line but its texts is added to `most`.
 */
static int prepare(const Step *steps, int count, const struct ArrowArray *columns, const uint8_t *text, Taken *taken,
                   int32_t *becomes, int64_t *most) {
    int made = 0;
    *most = STRIDE;
    for (int n = 0; n < count; n++) {
        const Step *step = &steps[n];
        bool valued = is_value(step->code);
        *most += !valued ? step->length : step->code == NUMBER ? LONGEST_NUMBER : LONGEST_INSTANT;
        if (step->code == CONSTANT && made && taken[made - 1].after_length == 0) {
            taken[made - 1].after = text + step->place;
            taken[made - 1].after_length = step->length;
            becomes[n] = made - 1;
            continue;
        }
        becomes[n] = made;
        bool own = !valued && step->code != CONSTANT, later = step->code == CONSTANT;
        taken[made++] = (Taken){
            .code = step->code,
            .scale = valued ? step->place : 0,
            .decimals = valued ? step->length : 0,
            .target = step->target,
            .column = valued ? &columns[step->column] : NULL,
            .constant = own ? text + step->place : text,
            .length = own ? step->length : 0,
            .after = later ? text + step->place : text,
            .after_length = later ? step->length : 0,
        };
    }
    for (int n = 0; n < made; n++) {
        taken[n].target = becomes[taken[n].target];
    }
    return made;
}

static uint32_t bits_from(const uint8_t *bits, int64_t place, int count) {
    uint32_t found = 0;
    for (int n = 0; n < count; n++) {
        found |= (uint32_t)bit_at(bits, place + n) << n;
    }
    return found;
}

/* Copy the cells of a batch, and ask for those of the next one: it comes when this one is written. */
static inline void copy_cells(void *to, const uint8_t *from, size_t size, int rows) {
    enum { LINE_OF_CACHE = 64 };
    size_t all = BATCH * size;
    if (rows < BATCH) {
        memcpy(to, from, (size_t)rows * size);
        return;
    }
    memcpy(to, from, all); /* of a known size, which is quicker */
    for (size_t ahead = all; ahead < 2 * all; ahead += LINE_OF_CACHE) {
        __builtin_prefetch(from + ahead);
    }
}

/* Let each step have its cells of `rows` rows from `row` on. */
static void fetch(Taken *steps, int count, int64_t row, int rows) {
    for (Taken *step = steps; step < steps + count; step++) {
        if (step->column == NULL) {
            continue;
        }
        const void *const *buffers = step->column->buffers;
        const uint8_t *bits = buffers[0], *values = buffers[1];
        int64_t place = row + step->column->offset;
        step->there = bits ? bits_from(bits, place, rows) : UINT32_MAX;
        if (step->code == CONDITION) {
            step->yes = bits_from(values, place, rows);
        } else if (step->code == NUMBER || step->code == INSTANT) {
            copy_cells(step->numbers, values + place * (int64_t)sizeof(int64_t), sizeof(int64_t), rows);
        } else {
            copy_cells(step->texts, values + place * (int64_t)sizeof(View), sizeof(View), rows);
        }
    }
}

static bool write_rows(Line *line, Taken *steps, int count, int64_t rows, Open *open) {
    for (int64_t row = 0; row < rows; row++) {
        int within = (int)(row % BATCH);
        if (within == 0) {
            fetch(steps, count, row, (int)(rows - row < BATCH ? rows - row : BATCH));
        }
        line->length = line->room = 0;
        /* When room is needed, for the other rows as well, if they are like those before; never little by little. */
        int64_t used = line->texts.used, ahead = row ? used / row * (rows - row) : 0;
        line->texts.ahead = ahead > used / 8 ? ahead : used / 8;
        bool some = room_for(line, 0) && write_row(line, steps, count, within, open);
        if (some && !line->texts.failed) {
            texts_put(&line->texts, line->text, line->length);
        } else if (!line->texts.failed) {
            texts_put_null(&line->texts);
        }
        if (line->texts.failed) {
            return false;
        }
    }
    return true;
}

/* A column of texts, made by `count` steps from `columns` of so many rows each.
 *
 * `size` bytes of constants belong to the steps. Gives 0, or a negative number where there is no memory.
 */
int fw_lines(const struct ArrowArray *columns, const Step *steps, int count, const uint8_t *constants, int64_t size,
             int64_t rows, struct ArrowArray *made) {
    Line line = {0};
    Open *open = calloc((size_t)count + 1, sizeof *open);
    Taken *taken = calloc((size_t)count + 1, sizeof *taken);
    int32_t *becomes = calloc((size_t)count + 1, sizeof *becomes);
    uint8_t *text = calloc((size_t)size + STRIDE, 1);
    bool well = texts_begin(&line.texts, rows) && open != NULL && taken != NULL && becomes != NULL && text != NULL;
    if (well) {
        memcpy(text, constants, (size_t)size);
        int steps_taken = prepare(steps, count, columns, text, taken, becomes, &line.reserve);
        well = write_rows(&line, taken, steps_taken, rows, open) && texts_give(&line.texts, made);
    }
    texts_end(&line.texts);
    free(open);
    free(taken);
    free(becomes);
    free(text);
    return well ? 0 : -1;
}

/* As many of the lines from row `from` on as fit into so much `room`, each with a line end, those that are not
 * `wanted` left out. `used` becomes how much they take. Gives the row behind the last of them.
 */
int64_t fw_joined(const struct ArrowArray *columns, int64_t from, uint8_t *to, int64_t room, int64_t *used) {
    const struct ArrowArray *lines = &columns[0], *wanted = &columns[1];
    int64_t row = from, length = 0;
    for (; row < lines->length; row++) {
        if (!bit_at(wanted->buffers[1], row + wanted->offset)) {
            continue;
        }
        int32_t size;
        const uint8_t *text = text_at(lines, row, &size);
        if (size >= room - length) {
            break;
        }
        memcpy(to + length, text, (size_t)size);
        to[length + size] = '\n';
        length += size + 1;
    }
    *used = length;
    return row;
}
