"""Plans: exactly what a push would send, made from hashed inputs, good for a short while.

A plan is a file of canonical JSON with the hash of everything in it. It says of which seller it is,
of which journal (`lineage`) at which point (`serial`), and what it was made from. A push takes it
as it is or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from engine.errors import HaltedError, ProjectError
from engine.outbox.canonical import canonical, digest
from engine.outbox.limits import ways_on
from engine.outbox.moments import MINUTE, Moment, instant_of, wall_of

FORMAT = 1
LARGEST = 512 * 2**20
OFFERS, ORDERS = "offers", "orders"
FEED = "the feed"  # among the inputs: the hash of its bytes
LIFETIMES = {OFFERS: 30 * MINUTE, ORDERS: 10 * MINUTE}


class GuardFinding(Struct, frozen=True):
    """What a guard rail says about a plan; one that `halts` lets nothing be sent."""

    name: str
    says: str
    halts: bool

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON data."""
        return {"name": self.name, "says": self.says, "halts": self.halts}


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan; `content` is what is sent: messages about orders, or offers by package.

    Attributes:
        kind: `offers` or `orders`.
        seller, channel: for whom, and where.
        lineage, serial: of the journal it was made against.
        made, expires: milliseconds of the wall clock.
        inputs: the hash of each thing it was made from: rules, tables, schemas, feed, program.
        content: JSON data.
        guards: what the guard rails found.
    """

    kind: str
    seller: str
    channel: str
    lineage: str
    serial: int
    made: int
    expires: int
    inputs: Mapping[str, str]
    content: Mapping[str, Any]
    guards: tuple[GuardFinding, ...] = ()
    hash: str = field(default="", compare=False)

    @property
    def subject(self) -> str:
        """What plans of it make each other stale."""
        return subject_of(self.kind, self.channel)

    def body(self) -> dict[str, Any]:
        """Everything but the hash, as JSON data."""
        return {
            "format": FORMAT,
            "kind": self.kind,
            "seller": self.seller,
            "channel": self.channel,
            "lineage": self.lineage,
            "serial": self.serial,
            "made": instant_of(self.made).isoformat(),
            "expires": instant_of(self.expires).isoformat(),
            "inputs": dict(self.inputs),
            "content": dict(self.content),
            "guards": [finding.as_json() for finding in self.guards],
        }

    def sealed(self) -> Plan:
        """The plan with its hash."""
        return _with_hash(self, digest(canonical(self.body())))

    def text(self) -> bytes:
        """The plan as the bytes of its file."""
        return canonical({**self.body(), "hash": digest(canonical(self.body()))}) + b"\n"


def subject_of(kind: str, channel: str) -> str:
    """The subject of plans of a kind for a channel."""
    return f"{kind} of {channel}"


def _with_hash(plan: Plan, found: str) -> Plan:
    names = [n for n in Plan.__dataclass_fields__ if n != "hash"]
    return Plan(**{n: getattr(plan, n) for n in names}, hash=found)


def read_plan(text: bytes, name: str) -> Plan:
    """The plan in a file.

    Raises:
        ProjectError: it is no plan.
        HaltedError: it is not as it was written.
    """
    if len(text) > LARGEST:
        raise ProjectError(f"{name}: larger than a plan can be")
    try:
        read = json.loads(text, parse_float=Decimal)
        if not isinstance(read, dict) or read.get("format") != FORMAT:
            raise ProjectError(f"{name}: no plan that this version reads; make another")
        said = read.pop("hash", "")
        plan = _plan(read)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ProjectError(f"{name}: no plan; `feedwright plan` makes one") from None

    if said != digest(canonical(read)) or plan.sealed().hash != said:
        raise HaltedError(f"{name}: altered since it was made; make another plan")
    return _with_hash(plan, said)


def _plan(read: Mapping[str, Any]) -> Plan:
    guards = tuple(GuardFinding(g["name"], g["says"], g["halts"]) for g in read["guards"])
    return Plan(
        kind=read["kind"],
        seller=read["seller"],
        channel=read["channel"],
        lineage=read["lineage"],
        serial=read["serial"],
        made=wall_of(datetime.fromisoformat(read["made"])),
        expires=wall_of(datetime.fromisoformat(read["expires"])),
        inputs=read["inputs"],
        content=read["content"],
        guards=guards,
    )


REFUNDS, REFUSALS = "refunds", "refusals"  # guard rails that count actions on orders


class Standing(Struct, frozen=True):
    """What a plan is held against: the journal as it is, and what the inputs are now."""

    seller: str
    lineage: str
    serial: int
    last_plan: str
    halts: Mapping[str, str]
    inputs: Mapping[str, str]
    # Guard rails that a person lifted for this push, and what they said then.
    accepted: Mapping[str, str] = msgspec.field(default_factory=dict)


def refuse_unfit(plan: Plan, standing: Standing, now: Moment) -> bool:
    """Let only a plan through that may be pushed; whether it goes on with one that was begun.

    Raises:
        HaltedError: it is foreign, stale, expired, or a guard rail halts.
    """
    if plan.seller != standing.seller:
        raise HaltedError(
            f"the plan is seller {plan.seller}'s, the credentials {standing.seller}'s"
        )
    if plan.lineage != standing.lineage:
        raise HaltedError("the plan was made against another journal; make another plan")
    if plan.hash == standing.last_plan:
        return True
    if plan.serial != standing.serial:
        raise HaltedError(
            f"the plan is stale: made at serial {plan.serial}, the journal is at "
            f"{standing.serial}; make another plan"
        )
    if not plan.made - 5 * MINUTE <= now.wall <= plan.expires:
        raise HaltedError(
            f"the plan expired: good until {instant_of(plan.expires):%Y-%m-%d %H:%M:%S} UTC; "
            "make another plan"
        )
    _same_inputs(plan, standing)
    halting = halting_guards(plan, standing.accepted)
    if halting:
        name = halting[0].name
        raise HaltedError(f"guard rail `{name}`: {halting[0].says}; {_lifting(name)}")
    if standing.halts:
        name, why = min(standing.halts.items())
        raise HaltedError(f"halted: `{name}`: {why}; {_lifting(name)}")
    return False


def _lifting(name: str) -> str:
    return f"it halts all sending until somebody has looked at it: {ways_on(name)}"


def halting_guards(plan: Plan, accepted: Mapping[str, str]) -> list[GuardFinding]:
    """The findings that let nothing be sent, but for those that a person accepted.

    Where actions on orders are counted, so many were accepted as were told, and no more.
    """
    return [
        g
        for g in plan.guards
        if g.halts
        and (
            g.name not in accepted or (g.name in {REFUNDS, REFUSALS} and g.says != accepted[g.name])
        )
    ]


def _same_inputs(plan: Plan, standing: Standing) -> None:
    for name in sorted({*plan.inputs, *standing.inputs}):
        if plan.inputs.get(name) != standing.inputs.get(name):
            raise HaltedError(f"{name} changed since the plan was made; make another plan")
