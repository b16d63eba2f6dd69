/* Columns as Apache Arrow's C data interface hands them over, and how one of texts or numbers is made.
 *
 * The first three structs are the interface's own: https://arrow.apache.org/docs/format/CDataInterface.html
 */
#ifndef FEEDWRIGHT_ARROW_H
#define FEEDWRIGHT_ARROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

/* A text of a column: up to 12 bytes stand in the view itself, more in a buffer, with their first four. */
enum { WITHIN = 12 };

typedef struct {
    int32_t length;
    union {
        uint8_t within[WITHIN];
        struct {
            uint8_t first[4];
            int32_t buffer;
            int32_t offset;
        } beyond;
    };
} View;

/* A column of texts that is being made, in one buffer of at most 1 GB after the other. */
typedef struct {
    View *views;
    int64_t rows, most;
    uint8_t *bytes; /* the buffer that is being filled, which is the last of `buffers` */
    int64_t used, room;
    int64_t ahead; /* how much will be asked for later, where that is known: got at once, instead of twice as much */
    uint8_t **buffers;
    int64_t *sizes;
    int64_t count;
    uint8_t *there; /* one bit a row, set where there is a text; NULL where all rows have one */
    int64_t null_count;
    bool failed; /* there was no memory */
} Texts;

bool texts_begin(Texts *texts, int64_t most);
void texts_end(Texts *texts);

/* Room for so many bytes of the next text, to be filled before texts_put; NULL where there is none. */
uint8_t *texts_room(Texts *texts, int64_t length);

/* The next row's text: `length` bytes at `text`, which may be what texts_room gave. */
void texts_put(Texts *texts, const uint8_t *text, int64_t length);

/* The next row has no text. */
void texts_put_null(Texts *texts);

/* Hand the column over: the array owns its memory then. False where there is none. */
bool texts_give(Texts *texts, struct ArrowArray *array);

/* So many columns of texts that are made together, of the same number of rows; NULL where there is no memory. */
Texts *columns_begin(int count, int64_t most);
void columns_end(Texts *columns, int count);

/* Hand all of them over, or none. */
bool columns_give(Texts *columns, int count, struct ArrowArray *arrays);

/* A column of values of fixed width that is being made. */
typedef struct {
    void *values;
    uint8_t *there; /* a bit a row */
    const void *buffers[2];
} Plain;

/* Room for values of so many bits each, all of them 0 and none of them there; NULL where there is no memory. */
Plain *plain_begin(int64_t rows, int bits);
void plain_end(Plain *plain);

/* Hand the column over: the array owns its memory then. Where there are no nulls, no bit need be set. */
void plain_give(Plain *plain, int64_t rows, int64_t nulls, struct ArrowArray *array);

/* Columns that are read. A row's place counts from the array's own offset. */
static inline bool bit_at(const uint8_t *bits, int64_t place) { return bits[place / 8] >> place % 8 & 1; }

static inline bool is_there(const struct ArrowArray *array, int64_t row) {
    const uint8_t *there = array->buffers[0];
    return there == NULL || bit_at(there, row + array->offset);
}

/* The text of a view, which stands in the view or in the buffers of the array. */
static inline const uint8_t *text_of(const View *view, const struct ArrowArray *array, int32_t *length) {
    *length = view->length;
    if (view->length <= WITHIN) {
        return view->within;
    }
    return (const uint8_t *)array->buffers[2 + view->beyond.buffer] + view->beyond.offset;
}

static inline const uint8_t *text_at(const struct ArrowArray *array, int64_t row, int32_t *length) {
    return text_of((const View *)array->buffers[1] + (row + array->offset), array, length);
}

static inline int64_t number_at(const struct ArrowArray *array, int64_t row) {
    return ((const int64_t *)array->buffers[1])[row + array->offset];
}

#endif
