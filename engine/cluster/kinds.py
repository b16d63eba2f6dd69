"""The kinds of lines that a job makes, and the columns in which they travel."""

from __future__ import annotations

OFFERS, REJECTIONS, ACCOUNTING = "offers", "rejections", "accounting"
# A line begins behind the number of its row. `sku` is there on offers, `account` on a split's last row,
# whose `row` is the number of the last row of the split.
MADE = "split long, place long, row long, kind string, sku string, line string, account string"
PATCHES = "split long, place long, patch string, moved string"
