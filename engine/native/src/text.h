/* What is asked of texts in UTF-8. */
#ifndef FEEDWRIGHT_TEXT_H
#define FEEDWRIGHT_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the bytes are UTF-8 without U+FFFD, the sign of a text that was lost. */
bool plain_utf8(const uint8_t *text, int64_t length);

#endif
