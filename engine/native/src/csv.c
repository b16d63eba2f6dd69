/* Blocks of CSV: where their rows end, and their cells as columns of texts.
 *
 * Only what is surely well-formed is read here. All else is left to the reader in Python, which says
 * what is wrong: quotes astray, rows of another width, bytes that are no text.
 */
#include <stdlib.h>
#include <string.h>

#include "arrow.h"
#include "text.h"

enum { LEFT = -1 };

static const uint8_t *next_of(const uint8_t *at, const uint8_t *end, uint8_t byte) {
    const uint8_t *found = at < end ? memchr(at, byte, (size_t)(end - at)) : NULL;
    return found ? found : end;
}

/* How many bytes at the front of `block` are rows, at most `most` lines outside of quotes.
 *
 * `quote` is negative where quotes are text. `ended`: nothing follows the block, and its last line has
 * its end. `lines` becomes the number of line ends in those bytes, within quotes too. Gives 0 where no row
 * ends, and a negative number where a quote stands astray.
 */
int64_t fw_csv_rows(const uint8_t *block, int64_t length, int quote, int delimiter, int64_t most,
                    int ended, int64_t *lines) {
    const uint8_t *end = block + length, *at = block, *cut = block, *astray = NULL;
    const uint8_t *mark = quote < 0 ? end : next_of(block, end, (uint8_t)quote);
    int64_t all = 0, upto = 0, outside = 0;
    while (at < end) {
        const uint8_t *line = next_of(at, mark, '\n');
        if (line < mark) {
            at = cut = line + 1;
            upto = ++all;
            if (++outside == most) {
                break;
            }
            continue;
        }
        if (mark == end) {
            break;
        }
        /* A cell within quotes, where two of them side by side stand for one. */
        if (astray == NULL && mark > block && mark[-1] != '\n' && mark[-1] != delimiter) {
            astray = mark;
        }
        const uint8_t *from = mark + 1, *close = next_of(from, end, (uint8_t)quote);
        while (close + 1 < end && close[1] == quote) {
            close = next_of(close + 2, end, (uint8_t)quote);
        }
        all += count_of(from, close, '\n');
        if (close == end) { /* it does not end in this block */
            if (ended) {
                return LEFT;
            }
            break;
        }
        at = close + 1;
        if (astray == NULL && at < end && *at != '\n' && *at != delimiter) {
            astray = close;
        }
        mark = next_of(at, end, (uint8_t)quote);
    }
    if (astray != NULL && astray < cut) {
        return LEFT;
    }
    *lines = upto;
    return cut - block;
}

/* Whether a cell over several lines has the delimiters of a row of so many columns: it may hold rows. */
static bool like_rows(const uint8_t *cell, const uint8_t *end, int delimiter, int columns) {
    if (next_of(cell, end, '\n') == end) {
        return false;
    }
    int64_t count = 0;
    for (const uint8_t *at = cell; at < end; at++) {
        if (*at == delimiter) {
            bool blank = at + 1 < end && at[1] == ' ';
            count += !blank || delimiter == ' '; /* of blanks that part cells, two are as one */
            at += blank;
        }
    }
    return count >= columns - 1;
}

/* The text within the quotes from `cell` to `end`, of two quotes side by side one. */
static void put_unquoted(Texts *texts, const uint8_t *cell, const uint8_t *end, uint8_t quote) {
    uint8_t *place = texts_room(texts, end - cell), *to = place;
    if (place == NULL) {
        return;
    }
    while (cell < end) {
        *to++ = *cell;
        cell += *cell == quote ? 2 : 1;
    }
    texts_put(texts, place, to - place);
}

typedef struct {
    const uint8_t *at, *end;
    int quote, delimiter, columns;
} Reader;

#define EACH(byte) (0x0101010101010101u * (uint64_t)(byte))

/* A word with the upper bit of each byte set that is zero; above the first of them others may be too. */
static uint64_t zeros(uint64_t word) { return (word - EACH(1)) & ~word & EACH(0x80); }

/* Where a cell without quotes ends: at a delimiter or a line end; or where a quote stands astray. */
static const uint8_t *cell_end(const Reader *r) {
    const uint8_t *at = r->at;
    uint8_t delimiter = (uint8_t)r->delimiter;
    uint8_t quote = r->quote < 0 ? delimiter : (uint8_t)r->quote;
    for (; r->end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        uint64_t found = zeros(word ^ EACH(delimiter)) | zeros(word ^ EACH('\n')) | zeros(word ^ EACH(quote));
        if (found) {
            return at + __builtin_ctzll(found) / 8;
        }
    }
    while (*at != delimiter && *at != '\n' && *at != quote) {
        at++;
    }
    return at;
}

enum { BLANK, ROW }; /* what a line can be, besides LEFT to another reader */

/* Read one row into the columns; `wanted` has a column for each cell, or NULL. */
static int read_row(Reader *r, Texts **wanted) {
    for (int column = 0;; column++) {
        const uint8_t *cell = r->at, *end;
        bool doubled = false;
        if (*cell == r->quote) {
            end = cell++;
            for (;;) {
                end = next_of(end + 1, r->end, (uint8_t)r->quote);
                if (r->end - end < 2) {
                    return LEFT;
                }
                if (end[1] != r->quote) {
                    break;
                }
                doubled = true;
                end++;
            }
            if (like_rows(cell, end, r->delimiter, r->columns)) {
                return LEFT;
            }
            r->at = end + 1;
        } else {
            r->at = end = cell_end(r);
        }
        if (*r->at != '\n' && *r->at != r->delimiter) {
            return LEFT;
        }
        bool last = *r->at++ == '\n';
        if (last && column == 0 && cell == end) {
            return BLANK; /* a line without any text is no row */
        }
        if (column >= r->columns || (last && column != r->columns - 1)) {
            return LEFT;
        }
        if (wanted[column] != NULL && doubled) {
            put_unquoted(wanted[column], cell, end, (uint8_t)r->quote);
        } else if (wanted[column] != NULL) {
            texts_put(wanted[column], cell, end - cell);
        }
        if (last) {
            return ROW;
        }
    }
}

/* The cells of a block of whole lines, all of them well-formed rows of so many columns.
 *
 * `places` are the columns that are wanted, and `arrays` become them, texts as views. Gives the number of
 * rows, or a negative number where the block is left to another reader.
 */
int64_t fw_csv_cells(const uint8_t *block, int64_t length, int quote, int delimiter, int columns,
                     const int32_t *places, int count, struct ArrowArray *arrays) {
    if (length < 1 || columns < 1 || block[length - 1] != '\n' || !plain_utf8(block, length)) {
        return LEFT;
    }
    Texts *texts = columns_begin(count, count_of(block, block + length, '\n'));
    Texts **wanted = calloc((size_t)columns, sizeof *wanted);
    bool well = texts != NULL && wanted != NULL;
    for (int n = 0; well && n < count; n++) {
        well = places[n] >= 0 && places[n] < columns && wanted[places[n]] == NULL;
        if (well) {
            wanted[places[n]] = &texts[n];
        }
    }
    Reader reader = {block, block + length, quote, delimiter, columns};
    int64_t read = 0;
    while (well && reader.at < reader.end) {
        int line = read_row(&reader, wanted);
        well = line != LEFT;
        read += line == ROW;
    }
    well = well && columns_give(texts, count, arrays);
    columns_end(texts, count);
    free(wanted);
    return well ? read : LEFT;
}
