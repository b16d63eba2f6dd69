"""What the settings say about sending: sellers, where the journal stands, how long things wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from engine.errors import ProjectError
from engine.outbox.folders import journal_folder, plan_folder
from engine.outbox.moments import MINUTE
from engine.outbox.places import Place, place_of
from engine.outbox.settlement import Waits
from engine.project import Project
from engine.transport.http import require_safe
from engine.values.placed import wrong

SELLER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SELLER_KEYS = ("connector", "client_id", "client_secret", "channels", "api", "token_url")
OCTOPIA, LENGOW = "octopia", "lengow"
SENDING_KEYS = ("journal", "plans", "quarantine_minutes", "guards", "refund_rights", "xml")


class Seller(Struct, frozen=True):
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


class Sending(Struct, frozen=True):
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
    _known(read, "sending", SENDING_KEYS)
    minutes = read.get("quarantine_minutes", "15")
    if not isinstance(minutes, str) or not re.fullmatch(r"[0-9]{1,9}", minutes):
        words = "`sending.quarantine_minutes` must be a whole number"
        raise wrong(read, "quarantine_minutes", words)
    if int(minutes) < 5:
        raise wrong(read, "quarantine_minutes", "sending.quarantine_minutes must be 5 or more")
    xml = _mapping(read, "xml")
    for name in ("journal", "plans"):
        _text(read, "sending", name)
    return Sending(
        project.root,
        journal_folder(project),
        plan_folder(project),
        {name: _seller(project.sellers, name) for name in project.sellers},
        Waits(quarantine=int(minutes) * MINUTE),
        _texts(read, "sending", "refund_rights"),
        _mapping(read, "guards"),
        place_of(project.root, xml) if xml else None,
    )


def _seller(sellers: Mapping[str, Any], name: str) -> Seller:
    key, read = f"sellers.{name}", sellers[name]
    if not SELLER_ID.fullmatch(name):
        raise wrong(sellers, name, f"{key}: letters, digits, `.`, `_` and `-` only")
    _known(read, key, SELLER_KEYS)
    for place in ("client_id", "client_secret"):
        source = str(read.get(place, ""))
        if not source.startswith(("env:", "file:")) or not source.isprintable():
            words = (
                f"{key}.{place} says where the secret stands, not what it is: "
                "`env:NAME` or `file:PATH`"
            )
            raise wrong(read, place, words)
    through = read.get("connector", OCTOPIA)
    if through not in {OCTOPIA, LENGOW}:
        raise wrong(read, "connector", f"{key}.connector is {OCTOPIA} or {LENGOW}")
    if through == LENGOW and not name.isdecimal():
        words = f"{key}: behind Lengow a seller is named by its account's number there"
        raise wrong(sellers, name, words)
    return Seller(
        name,
        read["client_id"],
        read["client_secret"],
        _texts(read, key, "channels"),
        _address(read, key, "api"),
        _address(read, key, "token_url"),
        through,
    )


def _address(read: Mapping[str, Any], key: str, name: str) -> str | None:
    """An address that requests with secrets may go to."""
    address = _text(read, key, name)
    if address is None:
        return None
    try:
        return require_safe(address)
    except ProjectError as fault:
        raise wrong(read, name, f"{key}.{name}: {fault}") from None


def _known(read: Mapping[str, Any], key: str, known: tuple[str, ...]) -> None:
    unknown = next((k for k in read if k not in known), None)
    if unknown is not None:
        words = f"there is no setting `{key}.{unknown}`; known: {', '.join(known)}"
        raise wrong(read, unknown, words)


def _text(read: Mapping[str, Any], key: str, name: str) -> str | None:
    if name not in read:
        return None
    value = read[name]
    if not isinstance(value, str) or not value or not value.isprintable():
        raise wrong(read, name, f"`{key}.{name}` must be a text of one line")
    return value


def _texts(read: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    value = read.get(name, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
        raise wrong(read, name, f"`{key}.{name}` must be a list of texts")
    return tuple(value)


def _mapping(read: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = read.get(name, "")
    if value == "":
        return {}
    if not isinstance(value, Mapping):
        words = f"`sending.{name}` must hold `name: value` lines below it"
        raise wrong(read, name, words)
    return value
