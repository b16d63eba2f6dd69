"""What each word of a source schema says, for the reference: what may be written, and what it does."""

from __future__ import annotations

from collections.abc import Mapping

INTRODUCTION = """\
A JSON Schema beside the rules (`schemas/product.schema.json`) says how a cell of the feed becomes a value:
one property a field, named as rules call it. `required` lists the fields without which a row makes no
offer. `feedwright schema` prints what was understood, `feedwright init` drafts one."""

# Keyword: what may be written, what it does.
HELP: Mapping[str, tuple[str, str]] = {
    "type": (
        "`string`, `integer`, `number`, `boolean`, `array`",
        "the kind of a plain field: text, whole number, number, yes or no, list",
    ),
    "x-kind": (
        "`text`, `number`, `integer`, `money`, `percent`, `quantity`, `date`, `instant`, `yes/no`, `list`",
        "the kind, where `type` does not say it",
    ),
    "x-column": (
        "a column's header, or a path in JSON and XML",
        "the column that holds the field; else the one called like the field",
    ),
    "title": ("text", "what people call the field; messages name it"),
    "enum": ("texts", "the only texts that may stand there"),
    "minimum": (
        "number",
        "the least value; also `exclusiveMinimum`, `maximum`, `exclusiveMaximum`",
    ),
    "multipleOf": ("`0.01`", "how many decimals a cell may have"),
    "maxLength": ("count", "the most characters; also `minLength`"),
    "pattern": ("a regular expression", "what a text must match"),
    "x-trim": ("`false`", "blanks around the cell count; they are taken off else"),
    "x-missing": ('texts, as `["-", "n/a"]`', "cells that count as empty"),
    "x-decimal-mark": ("`.` or `,`", "the decimal mark; a point if not said, and never guessed"),
    "x-grouping": ("a space, `.`, `,` or `'`", "what may part thousands; nothing if not said"),
    "x-currency": ("`EUR`", "the currency of the amounts"),
    "x-currency-word": (
        "`none`, `optional`, `required`",
        "whether the currency stands in the cell beside the amount",
    ),
    "x-currency-column": (
        "a column's header",
        "the column that holds the currency; another than this is an error",
    ),
    "x-minor-units": ("`true`", "amounts are counted in cents: `1999` is 19.99"),
    "x-tax": ("`included` or `excluded`", "whether VAT is in the amount; rules are held to it"),
    "x-unit": ("`g`, `kg`, `ml`, `l`, `cm`, `m`, ...", "the unit that the cells are counted in"),
    "x-percent": (
        "`points`, `fraction`, `sign`",
        "how 20 % is written: `20`, `0.2` or `20%`; points if not said",
    ),
    "x-date-pattern": ("`dd/MM/yyyy HH:mm`", "how dates and times are written; ISO if not said"),
    "x-zone": ("`Europe/Paris`", "the clocks that times without a zone are read on"),
    "x-fold": (
        "`reject`, `earlier`, `later`",
        "which instant a time is that clocks show twice in autumn; rejected if not said",
    ),
    "x-yes": ("texts", "the cells that say yes; yes, true, 1, oui, y and o if not said"),
    "x-no": ("texts", "the cells that say no; no, false, 0, non and n if not said"),
    "x-separator": ("text", "what parts the items of a list that stands in one cell"),
    "deprecated": ("`true`", "rules that still read the field get a warning"),
}
