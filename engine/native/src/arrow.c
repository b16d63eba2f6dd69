#include "arrow.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { LEAST_ROOM = 1 << 14, MOST_ROOM = 1 << 30 };

/* What an array holds on to: its bits, views, buffers of texts, and last the sizes of those. */
typedef struct {
    const void **buffers;
    int64_t count;
} Held;

bool texts_begin(Texts *texts, int64_t most) {
    memset(texts, 0, sizeof *texts);
    texts->most = most > 0 ? most : 1;
    bool fits = (uint64_t)texts->most <= SIZE_MAX / sizeof(View);
    texts->views = fits ? malloc((size_t)texts->most * sizeof(View)) : NULL;
    texts->failed = texts->views == NULL;
    return !texts->failed;
}

void texts_end(Texts *texts) {
    for (int64_t n = 0; n < texts->count; n++) {
        free(texts->buffers[n]);
    }
    free(texts->buffers);
    free(texts->sizes);
    free(texts->views);
    free(texts->there);
    memset(texts, 0, sizeof *texts);
}

/* Begin a buffer with so much room. */
static bool begin_buffer(Texts *texts, int64_t room) {
    size_t count = (size_t)texts->count + 1;
    uint8_t **buffers = realloc(texts->buffers, count * sizeof *buffers);
    texts->buffers = buffers ? buffers : texts->buffers;
    int64_t *sizes = realloc(texts->sizes, count * sizeof *sizes);
    texts->sizes = sizes ? sizes : texts->sizes;
    uint8_t *bytes = buffers && sizes ? malloc((size_t)room) : NULL;
    if (bytes == NULL) {
        return false;
    }
    texts->buffers[count - 1] = texts->bytes = bytes;
    texts->sizes[count - 1] = texts->used = 0;
    texts->count++;
    texts->room = room;
    return true;
}

static bool enlarge(Texts *texts, int64_t room) {
    uint8_t *bytes = realloc(texts->bytes, (size_t)room);
    if (bytes == NULL) {
        return false;
    }
    texts->buffers[texts->count - 1] = texts->bytes = bytes;
    texts->room = room;
    return true;
}

uint8_t *texts_room(Texts *texts, int64_t length) {
    if (texts->failed || length > INT32_MAX) {
        texts->failed = true;
        return NULL;
    }
    if (texts->count && length <= texts->room - texts->used) {
        return texts->bytes + texts->used;
    }
    int64_t needed = texts->used + length;
    bool full = texts->count == 0 || (texts->used && needed > MOST_ROOM);
    int64_t least = full ? length : needed, room = full ? LEAST_ROOM : texts->room;
    if (texts->ahead && least + texts->ahead <= MOST_ROOM) {
        least += texts->ahead;
        room = least;
    }
    while (room < least) {
        room *= 2;
    }
    texts->failed = full ? !begin_buffer(texts, room) : !enlarge(texts, room);
    return texts->failed ? NULL : texts->bytes + texts->used;
}

void texts_put(Texts *texts, const uint8_t *text, int64_t length) {
    View *view = &texts->views[texts->rows];
    if (length <= WITHIN) {
        memset(view, 0, sizeof *view);
        copy(view->within, text, length);
    } else {
        uint8_t *place = texts_room(texts, length);
        if (place == NULL) {
            return;
        }
        if (place != text) {
            memcpy(place, text, (size_t)length);
        }
        memcpy(view->beyond.first, place, sizeof view->beyond.first);
        view->beyond.buffer = (int32_t)(texts->count - 1);
        view->beyond.offset = (int32_t)texts->used;
        texts->used += length;
        texts->sizes[texts->count - 1] = texts->used;
    }
    view->length = (int32_t)length;
    texts->rows++;
}

void texts_put_null(Texts *texts) {
    if (texts->there == NULL) {
        size_t bytes = (size_t)(texts->most + 7) / 8;
        texts->there = malloc(bytes);
        if (texts->there == NULL) {
            texts->failed = true;
            return;
        }
        memset(texts->there, 0xff, bytes);
    }
    texts->there[texts->rows / 8] &= (uint8_t) ~(1u << texts->rows % 8);
    texts->null_count++;
    memset(&texts->views[texts->rows++], 0, sizeof(View));
}

static void release(struct ArrowArray *array) {
    Held *held = array->private_data;
    for (int64_t n = 0; n < held->count; n++) {
        free((void *)held->buffers[n]);
    }
    free(held->buffers);
    free(held);
    array->release = NULL;
}

bool texts_give(Texts *texts, struct ArrowArray *array) {
    Held *held = malloc(sizeof *held);
    const void **buffers = malloc((size_t)(texts->count + 3) * sizeof *buffers);
    if (held == NULL || buffers == NULL || texts->failed) {
        free(held);
        free(buffers);
        return false;
    }
    if (texts->used) { /* what was taken in advance goes back: columns of a block wait for their turn */
        enlarge(texts, texts->used);
    }
    *held = (Held){buffers, texts->count + 3};
    buffers[0] = texts->there;
    buffers[1] = texts->views;
    for (int64_t n = 0; n < texts->count; n++) {
        buffers[2 + n] = texts->buffers[n];
    }
    buffers[2 + texts->count] = texts->sizes;
    *array = (struct ArrowArray){
        .length = texts->rows,
        .null_count = texts->null_count,
        .n_buffers = held->count,
        .buffers = buffers,
        .release = release,
        .private_data = held,
    };
    free(texts->buffers);
    memset(texts, 0, sizeof *texts);
    return true;
}

Texts *columns_begin(int count, int64_t most) {
    Texts *columns = calloc((size_t)count + 1, sizeof *columns);
    for (int n = 0; columns != NULL && n < count; n++) {
        if (!texts_begin(&columns[n], most)) {
            columns_end(columns, n);
            return NULL;
        }
    }
    return columns;
}

void columns_end(Texts *columns, int count) {
    for (int n = 0; columns != NULL && n < count; n++) {
        texts_end(&columns[n]);
    }
    free(columns);
}

bool columns_give(Texts *columns, int count, struct ArrowArray *arrays) {
    for (int n = 0; n < count; n++) {
        if (!texts_give(&columns[n], &arrays[n])) {
            while (n--) {
                arrays[n].release(&arrays[n]);
            }
            return false;
        }
    }
    return true;
}

void plain_end(Plain *plain) {
    if (plain != NULL) {
        free(plain->values);
        free(plain->there);
        free(plain);
    }
}

Plain *plain_begin(int64_t rows, int bits) {
    Plain *plain = calloc(1, sizeof *plain);
    if (plain == NULL) {
        return NULL;
    }
    plain->values = calloc((size_t)rows / 8 + 1, (size_t)bits);
    plain->there = calloc((size_t)rows / 8 + 1, 1);
    if (plain->values == NULL || plain->there == NULL) {
        plain_end(plain);
        return NULL;
    }
    return plain;
}

static void release_plain(struct ArrowArray *array) {
    plain_end(array->private_data);
    array->release = NULL;
}

void plain_give(Plain *plain, int64_t rows, int64_t nulls, struct ArrowArray *array) {
    plain->buffers[0] = nulls ? plain->there : NULL;
    plain->buffers[1] = plain->values;
    *array = (struct ArrowArray){
        .length = rows,
        .null_count = nulls,
        .n_buffers = 2,
        .buffers = plain->buffers,
        .release = release_plain,
        .private_data = plain,
    };
}
