"""The keywords of the language, in one table: the grammar, the printer and the messages read it.

The name on the left is the grammar's terminal; the word on the right is what a person types. Another
language of keywords is another column, over the same grammar.
"""

from __future__ import annotations

_WORDS = (
    # what stands at the top level
    "rules timezone currency use read write using milestone channel extends table mapping "
    "override test "
    # channels
    "send edit automatically manually every from until "
    # statements
    "source let only when then otherwise decide by exactly one first row that fits require "
    "else reject warn drop with always exclude because end "
    # expressions
    "and or not in is present missing before after default on error rounded half up down to "
    "take for start of now inherited omit clear yes no any "
    # milestones, tables and tests
    "be confirmed key given but expect at omitted rejected excluded warned offer snapshot "
    # orders
    "states route action none manual allowed deny applies whole order leads same as mandatory "
    "optional forbidden text web address suggest nothing try denied suggestion sent"
)

KEYWORDS: dict[str, str] = {name.upper(): name for name in _WORDS.split()}

TOP_LEVEL = (
    "rules",
    "timezone",
    "currency",
    "use",
    "read",
    "write",
    "milestone",
    "channel",
    "table",
    "mapping",
    "override",
    "test",
    "states",
    "route",
    "action",
    "no",
)

STATEMENTS = ("source", "let", "only", "decide", "require", "always", "exclude", "end")

# Words that no field or let can be called, because an expression may begin with them.
RESERVED = frozenset(
    (
        "not",
        "take",
        "start",
        "end",
        "now",
        "inherited",
        "omit",
        "clear",
        "reject",
        "yes",
        "no",
        "when",
        "otherwise",
        "missing",
        "present",
    ),
)

# What French-speaking merchants type by habit, and the keyword it means.
FRENCH: dict[str, tuple[str, ...]] = {
    "si": ("when",),
    "quand": ("when",),
    "lorsque": ("when",),
    "alors": ("then",),
    "sinon": ("otherwise", "else"),
    "autrement": ("otherwise",),
    "fin": ("end",),
    "et": ("and",),
    "ou": ("or",),
    "non": ("not", "no"),
    "dans": ("in",),
    "est": ("is",),
    "règles": ("rules",),
    "regles": ("rules",),
    "soit": ("let",),
    "exiger": ("require",),
    "exclure": ("exclude",),
    "parce": ("because",),
    "rejeter": ("reject",),
    "avertir": ("warn",),
    "omettre": ("omit",),
    "arrondi": ("rounded",),
    "présent": ("present",),
    "absent": ("missing",),
    "manquant": ("missing",),
    "toujours": ("always",),
    "depuis": ("from",),
    "jusque": ("until",),
    "pour": ("for",),
    "oui": ("yes",),
    "canal": ("channel",),
    "tableau": ("table",),
    "attendu": ("expect",),
}

# Units that French-speaking merchants type by habit.
FRENCH_UNITS: dict[str, str] = {
    "jour": "day",
    "jours": "days",
    "heure": "hour",
    "heures": "hours",
    "semaine": "week",
    "semaines": "weeks",
    "mois": "months",
    "kilo": "kg",
    "kilos": "kg",
    "gramme": "g",
    "grammes": "g",
    "litre": "l",
    "litres": "l",
}

# Units cut short: rules write them out. `m` is a metre.
SHORT_UNITS: dict[str, str] = {
    **dict.fromkeys(("h", "hr", "hrs"), "hours"),
    **dict.fromkeys(("d", "j", "jr", "jrs"), "days"),
    **dict.fromkeys(("min", "mn", "mins"), "minutes"),
    **dict.fromkeys(("wk", "sem"), "weeks"),
}

PERCENT_WORDS = ("percent", "pourcent", "pourcents", "pct")
# Functions of sheets that look something up: `take` does, from a table.
LOOKUPS = ("vlookup", "hlookup", "xlookup", "lookup", "recherchev", "rechercheh", "recherchex")
TODAY_NAMES = ("today", "aujourdhui", "aujourd_hui", "curdate", "current_date")
TODAY = 'date_of(now, "Europe/Paris")'

# What programmers type by habit: words, and signs, with what is meant in a condition.
FOREIGN: dict[str, str] = {
    **dict.fromkeys(("if", "elif", "elsif", "elseif", "else if", "sinon si", "where"), "when"),
    "unless": "when not",
    **dict.fromkeys(("==", "==="), "is"),
    **dict.fromkeys(("!=", "!==", "<>", "=!", "≠"), "is not"),
    **dict.fromkeys(("=>", "≥"), ">="),
    **dict.fromkeys(("=<", "≤"), "<="),
    **dict.fromkeys(("&&", "&"), "and"),
    "||": "or",
    "!": "not",
    **dict.fromkeys(("??", "?:"), "default"),
    **dict.fromkeys(("×", "**", "^"), "*"),
    "÷": "/",
}

# What stands for yes and no elsewhere, in small letters.
CONSTANTS: dict[str, str] = {
    **dict.fromkeys(("true", "vrai", "oui", "yes"), "yes"),
    **dict.fromkeys(("false", "faux", "non", "no"), "no"),
}

# What stands elsewhere for a value that is not there, in small letters.
NOTHING_THERE = ("null", "none", "nil", "undefined", "missing", "empty", "vide", "blank", "na")
