"""What the settings say about sending: sellers, where the journal stands, how long things wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import ProjectError
from engine.outbox.moments import MINUTE
from engine.outbox.places import Place, place_of
from engine.outbox.settlement import Waits
from engine.project import Project

SELLER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SELLER_KEYS = ("connector", "client_id", "client_secret", "channels", "api", "token_url")
OCTOPIA, LENGOW = "octopia", "lengow"
SENDING_KEYS = ("journal", "plans", "quarantine_minutes", "guards", "refund_rights", "xml")


@dataclass(frozen=True, slots=True)
class Seller:
    """A seller: where the credentials stand (`env:NAME` or `file:PATH`), never what they are.

    Behind Lengow the id is that of the account there, and the credentials are its access token and
    secret.
    """

    id: str
    client_id: str
    client_secret: str
    channels: tuple[str, ...]
    api: str | None = None
    token_url: str | None = None
    connector: str = OCTOPIA


@dataclass(frozen=True, slots=True)
class Sending:
    """The settings of sending."""

    root: Path
    journals: Path
    plans: Path
    sellers: Mapping[str, Seller]
    waits: Waits
    refund_rights: tuple[str, ...]  # who may release money; nobody named: anybody with a name
    guards: Mapping[str, Any]
    xml: Place | None = None  # where files of XML packages are put

    def seller(self, wanted: str | None) -> Seller:
        """The seller called `wanted`, or the only one.

        Raises:
            ProjectError: there is none, or it must be said which.
        """
        if wanted is None and len(self.sellers) == 1:
            return next(iter(self.sellers.values()))
        if wanted is None:
            named = (
                ", ".join(sorted(self.sellers)) or "none yet: write `sellers` in feedwright.yaml"
            )
            raise ProjectError(f"say for which seller, with --seller: {named}")
        if wanted not in self.sellers:
            raise ProjectError(f"feedwright.yaml names no seller `{wanted}` under `sellers`")
        return self.sellers[wanted]

    def journal_path(self, seller: str) -> Path:
        """Where the journal of a seller stands."""
        if not SELLER_ID.fullmatch(seller):
            raise ProjectError(f"seller `{seller[:64]}`: letters, digits, `.`, `_` and `-` only")
        return self.journals / f"{seller}.sqlite"


def sending_settings(project: Project) -> Sending:
    """The settings of sending, as the project says them.

    Raises:
        ProjectError: one cannot be used.
    """
    read = project.sending
    _known("sending", read, SENDING_KEYS)
    minutes = _whole("sending.quarantine_minutes", read.get("quarantine_minutes", "15"))
    if minutes < 5:
        raise ProjectError("feedwright.yaml: sending.quarantine_minutes must be 5 or more")
    xml = _mapping("sending.xml", read.get("xml", {}))
    return Sending(
        project.root,
        project.root / _text("sending.journal", read.get("journal", "var/journal")),
        project.root / _text("sending.plans", read.get("plans", "var/plans")),
        {name: _seller(name, s) for name, s in project.sellers.items()},
        Waits(quarantine=minutes * MINUTE),
        _texts("sending.refund_rights", read.get("refund_rights", [])),
        _mapping("sending.guards", read.get("guards", {})),
        place_of(project.root, xml) if xml else None,
    )


def _seller(name: str, read: Mapping[str, Any]) -> Seller:
    key = f"sellers.{name}"
    if not SELLER_ID.fullmatch(name):
        raise ProjectError(f"feedwright.yaml: {key}: letters, digits, `.`, `_` and `-` only")
    _known(key, read, SELLER_KEYS)
    for place in ("client_id", "client_secret"):
        if not str(read.get(place, "")).startswith(("env:", "file:")):
            raise ProjectError(
                f"feedwright.yaml: {key}.{place} says where the secret stands, not what it is: "
                "`env:NAME` or `file:PATH`"
            )
    return Seller(
        name,
        read["client_id"],
        read["client_secret"],
        _texts(f"{key}.channels", read.get("channels", [])),
        _optional(f"{key}.api", read.get("api")),
        _optional(f"{key}.token_url", read.get("token_url")),
        _connector(key, name, read.get("connector", OCTOPIA)),
    )


def _connector(key: str, name: str, read: Any) -> str:
    if read not in {OCTOPIA, LENGOW}:
        raise ProjectError(f"feedwright.yaml: {key}.connector is {OCTOPIA} or {LENGOW}")
    if read == LENGOW and not name.isdecimal():
        raise ProjectError(
            f"feedwright.yaml: {key}: behind Lengow a seller is named by its account's number there"
        )
    return str(read)


def _known(key: str, read: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = next((k for k in read if k not in known), None)
    if unknown is not None:
        raise ProjectError(
            f"feedwright.yaml: there is no setting `{key}.{unknown}`; known: {', '.join(known)}"
        )


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ProjectError(f"feedwright.yaml: `{key}` must be a text")
    return value


def _optional(key: str, value: Any) -> str | None:
    return None if value is None else _text(key, value)


def _texts(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise ProjectError(f"feedwright.yaml: `{key}` must be a list of texts")
    return tuple(value)


def _mapping(key: str, value: Any) -> Mapping[str, Any]:
    if value == "":
        return {}
    if not isinstance(value, Mapping):
        raise ProjectError(f"feedwright.yaml: `{key}` must hold `name: value` lines below it")
    return value


def _whole(key: str, value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,9}", value):
        raise ProjectError(f"feedwright.yaml: `{key}` must be a whole number")
    return int(value)
