#include "arrow.h"

/* A hash over the sources that the library was built from, given by the build. */
#ifndef SOURCES
#define SOURCES ""
#endif

const char *fw_sources(void) { return SOURCES; }

static void release(struct ArrowSchema *schema) { schema->release = NULL; }

/* A column of that format, without a name. `format` must outlive it. */
void fw_schema(struct ArrowSchema *schema, const char *format) {
    *schema = (struct ArrowSchema){
        .format = format,
        .name = "",
        .flags = 2, /* may hold nulls */
        .release = release,
    };
}

/* The array of a stream that has one at most; of none, one without rows. Gives 0, or what was wrong. */
int fw_take(struct ArrowArrayStream *stream, struct ArrowArray *array) {
    *array = (struct ArrowArray){0};
    return stream->get_next(stream, array);
}

/* Give arrays back that were taken. */
void fw_give_back(struct ArrowArray *arrays, int count) {
    for (int n = 0; n < count; n++) {
        if (arrays[n].release != NULL) {
            arrays[n].release(&arrays[n]);
        }
    }
}
