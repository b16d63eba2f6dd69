"""A small report, written out by hand, for every form of rendering."""

import pytest

from engine.diagnostics.codes import missing, names
from engine.diagnostics.diagnostic import Diagnostic, EditLevel, Help, Label, Replacement, Report
from engine.diagnostics.place import Source, Span

RULES = """\
rules 1
let full_price = prix_ht * 2
Price = brand default "x"
"""
SCHEMA = """\
{
  "brand": {}
}
"""


def span_of(source: Source, words: str) -> Span:
    at = source.text.index(words)
    return source.span(at, at + len(words))


@pytest.fixture
def report() -> Report:
    """An error with an edit, and a warning that points into a second file."""
    rules, schema = Source("offers.rules", RULES), Source("product.json", SCHEMA)
    place = span_of(rules, "prix_ht")
    unknown = Diagnostic.of(
        names.UNKNOWN_FIELD,
        place,
        name="prix_ht",
        mark="not in product.json",
        helps=[Help("did you mean `price`?", EditLevel.CHOICE, (Replacement(place, "price"),))],
    )
    needless = Diagnostic.of(
        missing.NEEDLESS_DEFAULT,
        span_of(rules, 'default "x"'),
        labels=[Label(span_of(schema, '"brand"'), "required here")],
        notes=["50% of 2 rows\nhave one"],
    )
    return Report([needless, unknown], {rules.name: rules, schema.name: schema})
