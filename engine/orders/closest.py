"""The known names that a person may have meant: states, carriers, parameters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

MOST = 3
SHORTEST_BEGINNING = 3


def closest(typed: str, known: Iterable[str]) -> tuple[str, ...]:
    """At most three of `known` that `typed` may mean, best first; none that only looks random.

    A name is close within a third of its length, accents, blanks and case aside; or where one has
    all words of the other (`DHL Express`, `DHL`), or begins like it (`Chrono`, `Chronopost`).
    """
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - only what is unknown needs it

    words = _words(typed)
    run = "".join(words)
    if not run:
        return ()
    same, alike = [], []
    for name in dict.fromkeys(known):
        other = _words(name)
        compact = "".join(other)
        distance = OSA.distance(run, compact)
        if other and (set(words) <= set(other) or set(other) <= set(words)):
            same.append((distance, name))
        elif distance <= max(1, len(compact) // 3) or _begins(compact, run):
            alike.append((distance, name))
    # Shared words say more than shared letters: DHL Express is not CNE Express.
    return tuple(name for _, name in sorted(same or alike)[:MOST])


def _begins(compact: str, run: str) -> bool:
    return len(run) >= SHORTEST_BEGINNING and compact.startswith(run)


def folded(text: str) -> str:
    """`text` as names are compared: without blanks around, in one case."""
    return text.strip().casefold()


def _words(name: str) -> list[str]:
    """The words of a name, without accents, case and signs; `InPreparation` has two."""
    plain = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    spaced = "".join(
        f" {c}" if c.isupper() and i and plain[i - 1].islower() else c if c.isalnum() else " "
        for i, c in enumerate(plain)
    )
    return spaced.casefold().split()
