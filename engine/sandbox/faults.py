"""What goes wrong, and when: a script of faults, each by its name, drawn by a seed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct

from engine.errors import ProjectError


class Moment(StrEnum):
    """When a fault strikes, seen from the effect of the request."""

    BEFORE = "before"  # the request has no effect
    AFTER = "after"  # it has its effect, the answer goes wrong
    LATE = "late"  # it has its effect when its `seconds` are over, and no answer
    READING = "reading"  # the answer is well-formed, and not the truth


class Kind(Struct, frozen=True):
    """A fault that the sandbox knows."""

    moment: Moment
    says: str
    status: int = 0


KINDS: Mapping[str, Kind] = {
    "refuse": Kind(Moment.BEFORE, "the connection breaks, and none is taken for `milliseconds`"),
    "reset-before": Kind(Moment.BEFORE, "the connection is reset, nothing was done"),
    "stall-before": Kind(Moment.BEFORE, "no answer ever comes, nothing was done"),
    "html-before": Kind(Moment.BEFORE, "a page of a proxy with status 200, nothing was done"),
    "redirect": Kind(Moment.BEFORE, "a redirect to another address", 307),
    "400": Kind(Moment.BEFORE, "refused as not valid", 400),
    "401": Kind(Moment.BEFORE, "the token is not taken", 401),
    "403": Kind(Moment.BEFORE, "the seller has no right", 403),
    "404": Kind(Moment.BEFORE, "said to be unknown", 404),
    "409": Kind(Moment.BEFORE, "said to be in conflict", 409),
    "422": Kind(Moment.BEFORE, "refused as it stands", 422),
    "429": Kind(Moment.BEFORE, "too many requests; Retry-After holds `seconds`", 429),
    "500-before": Kind(Moment.BEFORE, "a server's fault, nothing was done", 500),
    "502-before": Kind(Moment.BEFORE, "a gateway's fault, nothing was done", 502),
    "503-before": Kind(Moment.BEFORE, "unavailable, nothing was done", 503),
    "reset-after": Kind(Moment.AFTER, "done, but the connection is reset"),
    "stall-after": Kind(Moment.AFTER, "done, but no answer ever comes"),
    "truncated": Kind(Moment.AFTER, "done, but the answer breaks off"),
    "html": Kind(Moment.AFTER, "done, but the answer is a page with status 200"),
    "wrong-schema": Kind(Moment.AFTER, "done, but the answer has another shape"),
    "huge": Kind(Moment.AFTER, "done, but the answer does not end for 40 MiB"),
    "400-after": Kind(Moment.AFTER, "done, but said to be refused", 400),
    "409-after": Kind(Moment.AFTER, "done, but said to be in conflict", 409),
    "500-after": Kind(Moment.AFTER, "done, but a server's fault is answered", 500),
    "502-after": Kind(Moment.AFTER, "done, but a gateway's fault is answered", 502),
    "503-after": Kind(Moment.AFTER, "done, but said to be unavailable", 503),
    "late": Kind(Moment.LATE, "the connection is reset, and it is done `seconds` later"),
    "lag": Kind(Moment.READING, "what was true `seconds` ago"),
    "missing-page": Kind(Moment.READING, "a page of several is empty"),
    "repeated-page": Kind(Moment.READING, "the first page, whichever is asked for"),
    "ignored-filter": Kind(Moment.READING, "everything, whatever is asked for"),
}
STORMS: Mapping[str, tuple[str, ...]] = {
    "quiet": (),
    "storm": tuple(name for name in KINDS if name != "refuse"),
    "429-storm": ("429",),
    "5xx-storm": tuple(name for name in KINDS if name.startswith("5")),
    "lying-reads": tuple(n for n, k in KINDS.items() if k.moment is Moment.READING),
    "lost-answers": ("reset-after", "stall-after", "truncated", "html", "500-after", "late"),
}
TOKEN = "/token"  # noqa: S105 - a path
ONE_IN = 4  # how often a script that is called by its name strikes
KEYS = frozenset({"do", "on", "skip", "times", "one_in", "seconds", "milliseconds"})


class Rule(Struct):
    """A fault and where it strikes: of the requests that fit, after `skip`, at most `times`."""

    do: str
    on: str = "*"
    skip: int = 0
    times: int | None = 1
    one_in: int = 1
    seconds: int = 120
    milliseconds: int = 300
    met: int = 0
    struck: int = 0

    def fits(self, method: str, path: str) -> bool:
        """Whether it is about this request; about tokens only where it says so."""
        if path == TOKEN:
            return self.on == f"{method} {TOKEN}"
        if (method == "GET") != (KINDS[self.do].moment is Moment.READING) and self.on == "*":
            return KINDS[self.do].moment is Moment.BEFORE
        pattern = re.escape(self.on).replace(r"\*", "[^ ]*")
        return self.on == "*" or re.fullmatch(pattern, f"{method} {path}") is not None


@dataclass(slots=True)
class Script:
    """The faults of a run, drawn from `seed`; `struck` tells which came to pass."""

    rules: list[Rule] = field(default_factory=list)
    seed: int = 1
    struck: list[tuple[str, str]] = field(default_factory=list)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - the same faults for the same seed

    def pick(self, method: str, path: str) -> Rule | None:
        """The fault that strikes this request, None where none does."""
        chosen = None
        for rule in self.rules:
            if not rule.fits(method, path):
                continue
            rule.met += 1
            # Drawn for every rule, so that one more rule does not change what the others do.
            drawn = self._random.randrange(rule.one_in) == 0
            spent = rule.times is not None and rule.struck >= rule.times
            if chosen is None and drawn and rule.met > rule.skip and not spent:
                rule.struck += 1
                self.struck.append((rule.do, f"{method} {path}"))
                chosen = rule
        return chosen


def script_called(name: str, seed: int) -> Script:
    """The script of one fault, or one of the storms, that strikes one request in four.

    Raises:
        ProjectError: there is none of that name.
    """
    found = STORMS.get(name, (name,) if name in KINDS else None)
    if found is None:
        known = ", ".join([*STORMS, *KINDS])
        raise ProjectError(f"no faults are called `{name}`; there are {known}")
    each = ONE_IN * max(1, len(found))
    return Script([Rule(do, times=None, one_in=each, seconds=2) for do in found], seed)


def read_script(path: Path, seed: int) -> Script:
    """The script in a file.

    Raises:
        ProjectError: it cannot be read, or something in it is not known.
    """
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise ProjectError(f"{path}: the faults cannot be read: {fault}") from None
    if not isinstance(read, dict) or not isinstance(read.get("faults"), list):
        raise ProjectError(f'{path}: write {{"faults": [{{"do": "reset-after"}}]}}')
    return Script([read_rule(entry, str(path)) for entry in read["faults"]], seed)


def read_rule(entry: Any, where: str) -> Rule:
    """One fault as it is written.

    Raises:
        ProjectError: something in it is not known.
    """
    if not isinstance(entry, dict) or entry.get("do") not in KINDS:
        raise ProjectError(f"{where}: `do` must be one of {', '.join(KINDS)}")
    unknown = sorted(set(entry) - KEYS)
    if unknown:
        raise ProjectError(f"{where}: a fault has no `{unknown[0]}`; {', '.join(sorted(KEYS))}")
    for name in KEYS - {"do", "on"}:
        value = entry.get(name, 1)
        least = 1 if name == "one_in" else 0
        allowed = isinstance(value, int) and not isinstance(value, bool) and value >= least
        if not allowed and not (name == "times" and value is None):
            raise ProjectError(f"{where}: `{name}` must be a whole number from {least} on")
    if not isinstance(entry.get("on", "*"), str):
        raise ProjectError(f"{where}: `on` must be a text such as `POST /orders/*/shipments`")
    return Rule(**entry)
