"""The names that a person may have meant: never a random neighbour."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from engine.diagnostics.diagnostic import EditLevel, Help, Replacement
from engine.diagnostics.place import Span

MOST = 3


def close_names(
    typed: str, known: Iterable[str], titles: Mapping[str, str] | None = None
) -> list[str]:
    """At most three of `known` that `typed` may mean.

    A name is close within a third of its length, or with the same words in another order, case,
    accent or number; or where its title (`titles`) is what was typed. Only the closest are told.
    """
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - only faulty rules need it

    words = _words(typed)
    found = []
    for name in sorted(known):
        if _words(name) == words or (titles and _words(titles.get(name, "")) == words):
            found.append((0, name))
            continue
        distance = OSA.distance(typed.lower(), name.lower())
        if distance <= max(1, len(name) // 3):
            found.append((distance, name))
    best = min(found, default=(0, ""))[0]
    return [name for distance, name in sorted(found)[:MOST] if distance == best]


def did_you_mean(
    span: Span,
    typed: str,
    known: Iterable[str],
    otherwise: str,
    titles: Mapping[str, str] | None = None,
) -> list[Help]:
    """Helps that name the close names as edits; `otherwise` says where names come from."""
    close = close_names(typed, known, titles)
    if not close:
        return [Help(otherwise)]
    return [
        Help(
            _title(f"did you mean `{name}`?", name, titles),
            EditLevel.CHOICE,
            (Replacement(span, name),),
        )
        for name in close
    ]


def _title(says: str, name: str, titles: Mapping[str, str] | None) -> str:
    title = titles.get(name, "") if titles else ""
    return f'{says} (its title in the schema is "{title}")' if title else says


def _words(name: str) -> frozenset[str]:
    """The words of a name without accents, case and plural s."""
    plain = unicodedata.normalize("NFD", name)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    spaced = "".join(
        f" {c}" if c.isupper() and i and plain[i - 1].islower() else c for i, c in enumerate(plain)
    )
    return frozenset(
        w.rstrip("s") for w in spaced.lower().replace("_", " ").replace("-", " ").split()
    )
