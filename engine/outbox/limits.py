"""Halts: the setting that the limit of a guard rail is, and how a person lets sending go on."""

from __future__ import annotations

from collections.abc import Iterator

SETTINGS = "feedwright.yaml"
# Guard rail -> its limits under `sending.guards`; other halts (a refused account) have none.
LIMITS: dict[str, tuple[str, ...]] = {
    "slips": ("slips",),
    "price-changes": ("price_changes", "price_change"),
    "batch-move": ("batch_move",),
    "shrunken": ("shrunken",),
    "to-zero": ("to_zero",),
    "withdrawn": ("withdrawn",),
    "rejected": ("rejected",),
    "floors-lost": ("floors_lost",),
    "cheap": ("cheap",),
    "dear": ("dear",),
    "unlikely": ("unlikely",),
    "rejected-share": ("refused",),
    "stale-feed": ("stale_hours",),
    "repeated-feed": ("repeated_hours",),
    "refunds": ("refunds",),
    "refusals": ("refusals",),
    "new-rules": ("canary",),
}


def limit_of(name: str) -> str:
    """Where the limit of a guard rail stands: `` `sending.guards.slips` in feedwright.yaml ``; "" of others."""
    named = " and ".join(f"`sending.guards.{limit}`" for limit in LIMITS.get(name, ()))
    return f"{named} in {SETTINGS}" if named else ""


def lifting(name: str) -> str:
    """The command that lifts a halt."""
    return f"feedwright journal lift {name} --by NAME --why WORDS"


def ways_on(name: str) -> str:
    """How sending goes on after a halt, in one sentence."""
    limit = limit_of(name)
    return f"`{lifting(name)}`" + (f"; its limit is {limit}" if limit else "")


def ways_on_lines(name: str, *, stands: bool) -> Iterator[str]:
    """The same as lines below what is told; `stands`: the halt is in the journal already."""
    limit = limit_of(name)
    if limit:
        yield f"       limit  {limit}"
    yield f"       lift   {'' if stands else 'once a push was halted: '}`{lifting(name)}`"
