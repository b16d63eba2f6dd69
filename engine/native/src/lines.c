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

typedef struct {
    int32_t code, target, members;
    int64_t start; /* what was written before it */
} Open;

typedef struct {
    Texts texts;
    uint8_t *text; /* the row's text so far, and how much there is room for */
    int64_t length, room;
} Line;

enum { LONGEST_NUMBER = 64, LONGEST_INSTANT = 24, LONGEST_ESCAPE = 6 };

static bool room_for(Line *line, int64_t more) {
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

static void write(Line *line, const uint8_t *text, int64_t length) {
    if (length && room_for(line, length)) {
        copy(line->text + line->length, text, length);
        line->length += length;
    }
}

static void write_json(Line *line, const uint8_t *text, int64_t length) {
    static const char digits[] = "0123456789abcdef";
    if (!room_for(line, length * LONGEST_ESCAPE)) {
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

/* The exact decimal: all `scale` decimals but zeros at the end, and at least `decimals` of them. */
static void write_number(Line *line, int64_t number, int scale, int decimals) {
    if (!room_for(line, LONGEST_NUMBER)) {
        return;
    }
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    while (scale > decimals && left % 10 == 0) {
        left /= 10;
        scale--;
    }
    uint8_t digits[LONGEST_NUMBER], *end = digits + sizeof digits, *at = end;
    for (int n = scale; n < decimals; n++) {
        *--at = '0';
    }
    for (int n = 0; n < scale; n++, left /= 10) {
        *--at = (uint8_t)('0' + left % 10);
    }
    if (scale > 0 || decimals > 0) {
        *--at = '.';
    }
    do {
        *--at = (uint8_t)('0' + left % 10);
    } while (left /= 10);
    if (number < 0) {
        *--at = '-';
    }
    write(line, at, end - at);
}

static void put_digits(uint8_t *to, int count, int64_t number) {
    while (count--) {
        to[count] = (uint8_t)('0' + number % 10);
        number /= 10;
    }
}

/* Days since 1970 to a day of the calendar, by eras of 400 years that begin in March. */
static void write_instant(Line *line, int64_t micros) {
    if (!room_for(line, LONGEST_INSTANT)) {
        return;
    }
    int64_t seconds = micros / 1000000 - (micros % 1000000 < 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int64_t second = seconds - days * 86400;
    int64_t since = days + 719468, era = (since >= 0 ? since : since - 146096) / 146097;
    int64_t of_era = since - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153, day = of_year - (153 * month + 2) / 5 + 1;
    month += month < 10 ? 3 : -9;
    uint8_t shown[] = "0000-00-00T00:00:00Z";
    put_digits(shown, 4, year + era * 400 + (month <= 2));
    put_digits(shown + 5, 2, month);
    put_digits(shown + 8, 2, day);
    put_digits(shown + 11, 2, second / 3600);
    put_digits(shown + 14, 2, second / 60 % 60);
    put_digits(shown + 17, 2, second % 60);
    write(line, shown, sizeof shown - 1);
}

/* Write what a step takes from its column; false where that is missing. */
static bool write_value(Line *line, const Step *step, const struct ArrowArray *column, int64_t row) {
    if (!is_there(column, row)) {
        return false;
    }
    int32_t length;
    const uint8_t *text;
    switch (step->code) {
    case CONDITION:
        return bit_at(column->buffers[1], row + column->offset);
    case NUMBER:
        write_number(line, number_at(column, row), step->place, step->length);
        break;
    case INSTANT:
        write_instant(line, number_at(column, row));
        break;
    default:
        text = text_at(column, row, &length);
        (step->code == TEXT ? write : write_json)(line, text, length);
    }
    return true;
}

/* Write the text of one row; false where it has none. `open` has room for all that can be. */
static bool write_row(Line *line, const Step *steps, int count, const uint8_t *constants,
                      const struct ArrowArray *columns, int64_t row, Open *open) {
    Open *inner = open; /* behind the innermost */
    for (int n = 0; n < count; n++) {
        const Step *step = &steps[n];
        const uint8_t *constant = constants + step->place;
        bool well = true, writes;
        switch (step->code) {
        case CONSTANT:
            write(line, constant, step->length);
            break;
        case ATTEMPT:
        case MEMBER:
        case LIST:
            writes = step->code == LIST || (step->code == MEMBER && inner[-1].members > 0);
            *inner++ = (Open){step->code, step->target, 0, line->length};
            write(line, constant, writes ? step->length : 0);
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
            if (well) {
                write(line, constant, step->length);
            }
            break;
        default:
            well = write_value(line, step, &columns[step->column], row);
        }
        if (well) {
            continue;
        }
        if (inner == open) {
            return false;
        }
        inner--;
        line->length = inner->start;
        n = inner->target;
        if (inner->code == ATTEMPT) {
            write(line, constants + steps[n].place, steps[n].length);
        }
    }
    return true;
}

/* A column of texts, made by `count` steps from `columns` of so many rows each.
 *
 * Gives 0, or a negative number where there is no memory.
 */
int fw_lines(const struct ArrowArray *columns, const Step *steps, int count, const uint8_t *constants,
             int64_t rows, struct ArrowArray *made) {
    Line line = {0};
    Open *open = calloc((size_t)count + 1, sizeof *open);
    bool well = texts_begin(&line.texts, rows) && open != NULL;
    for (int64_t row = 0; well && row < rows; row++) {
        line.length = line.room = 0;
        bool some = room_for(&line, 1) && write_row(&line, steps, count, constants, columns, row, open);
        if (some && !line.texts.failed) {
            texts_put(&line.texts, line.text, line.length);
        } else if (!line.texts.failed) {
            texts_put_null(&line.texts);
        }
        well = !line.texts.failed;
    }
    well = well && texts_give(&line.texts, made);
    texts_end(&line.texts);
    free(open);
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
