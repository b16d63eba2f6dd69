"""Records as the journal's look-up table keeps them."""

from __future__ import annotations

from typing import Any

from engine.outbox.canonical import canonical
from engine.outbox.events import Record, State
from engine.outbox.moments import Moment
from engine.transport.outcome import MessageClass


def record_json(record: Record) -> str:
    """The record as canonical JSON."""
    return canonical(record).decode()


def record_of(read: dict[str, Any]) -> Record:
    """The record that `record_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: it did not.
    """
    values = {name: value for name, value in read.items() if name in Record.__struct_fields__}
    return Record(
        **{
            **values,
            "message_class": MessageClass(read["message_class"]),
            "lines": tuple(read["lines"]),
            "state": State(read["state"]),
            "approved": Moment(**read["approved"]),
            "since": _moment(read["since"]),
            "absent_at": _moment(read["absent_at"]),
        }
    )


def _moment(read: dict[str, Any] | None) -> Moment | None:
    return None if read is None else Moment(**read)
