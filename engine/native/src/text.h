/* What is asked of texts in UTF-8. */
#ifndef FEEDWRIGHT_TEXT_H
#define FEEDWRIGHT_TEXT_H

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the kernels take several bytes for one number whose first byte is its lowest"
#endif

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* memcpy for texts that are mostly short: of fixed sizes, which overlap, it is no call. */
static inline void copy(uint8_t *to, const uint8_t *from, int64_t length) {
    if (length > 16) {
        memcpy(to, from, (size_t)length);
    } else if (length >= 8) {
        uint64_t first, last;
        memcpy(&first, from, sizeof first);
        memcpy(&last, from + length - 8, sizeof last);
        memcpy(to, &first, sizeof first);
        memcpy(to + length - 8, &last, sizeof last);
    } else if (length >= 4) {
        uint32_t first, last;
        memcpy(&first, from, sizeof first);
        memcpy(&last, from + length - 4, sizeof last);
        memcpy(to, &first, sizeof first);
        memcpy(to + length - 4, &last, sizeof last);
    } else {
        for (int64_t n = 0; n < length; n++) {
            to[n] = from[n];
        }
    }
}

/* How often a byte stands between two places. */
int64_t count_of(const uint8_t *at, const uint8_t *end, uint8_t byte);

/* Whether the bytes are UTF-8 without U+FFFD, the sign of a text that was lost. */
bool plain_utf8(const uint8_t *text, int64_t length);

#endif
