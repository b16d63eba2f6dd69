/* Memory as kernels ask for it: counted, and refused when so many pieces were granted.
 *
 * The kernels are built with the names of these for those of C.
 */
#undef malloc
#undef calloc
#undef realloc
#undef free
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

static atomic_long held, granted = -1; /* granted: negative where none is refused */

/* Grant so many pieces and no more; all of them where it is negative. */
void fw_test_grant(long count) { granted = count; }

/* Whether more pieces are granted, or all. */
bool fw_test_grant_left(void) { return granted != 0; }

/* How many pieces are held. */
long fw_test_held(void) { return held; }

static bool refused(void) {
    bool none = granted == 0;
    granted -= granted > 0;
    return none;
}

static void *counted(void *piece) {
    held += piece != NULL;
    return piece;
}

void *counted_malloc(size_t size) { return refused() ? NULL : counted(malloc(size)); }

void *counted_calloc(size_t count, size_t size) { return refused() ? NULL : counted(calloc(count, size)); }

void *counted_realloc(void *piece, size_t size) {
    void *other = refused() ? NULL : realloc(piece, size);
    held += piece == NULL && other != NULL;
    return other;
}

void counted_free(void *piece) {
    held -= piece != NULL;
    free(piece);
}
