/* Marks of a fixed size that tell of hashes whether they were surely not seen: each sets four bits of one word.
 *
 * So many words as a power of two. The upper bits of a hash choose the word, the lower 24 the bits.
 */
#include "arrow.h"

static uint64_t mask_of(uint64_t hash) {
    return (uint64_t)1 << (hash & 63) | (uint64_t)1 << (hash >> 6 & 63) | (uint64_t)1 << (hash >> 12 & 63) |
           (uint64_t)1 << (hash >> 18 & 63);
}

static const uint64_t *hashes_of(const struct ArrowArray *given) {
    return (const uint64_t *)given->buffers[1] + given->offset;
}

/* How far a hash is shifted to the place of its word. */
static int shift_of(int64_t words) {
    int shift = 64;
    for (; words > 1; words /= 2) {
        shift--;
    }
    return shift;
}

/* Set the bits of each hash, one after the other, and tell whether all of its were set already.
 *
 * Gives 0, or a negative number where there is no memory; then none is set.
 */
int fw_mark(const struct ArrowArray *given, uint64_t *marks, int64_t words, struct ArrowArray *made) {
    Plain *plain = plain_begin(given->length, 1);
    if (plain == NULL) {
        return -1;
    }
    int shift = shift_of(words);
    uint8_t *found = plain->values;
    for (int64_t row = 0; row < given->length; row++) {
        uint64_t hash = hashes_of(given)[row], mask = mask_of(hash);
        uint64_t *word = &marks[shift < 64 ? hash >> shift : 0];
        found[row / 8] |= (uint8_t)(((*word & mask) == mask) << row % 8);
        *word |= mask;
    }
    plain_give(plain, given->length, 0, made);
    return 0;
}
