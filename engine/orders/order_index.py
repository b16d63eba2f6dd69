"""The orders that wanted actions may name, found by id: on disk, so that memory stays flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Self

from msgspec import Struct

from engine.diagnostics.diagnostic import Diagnostic
from engine.errors import ProjectError
from engine.orders.documents import read_orders
from engine.orders.order import ConnectorName, OrderDocument, Shipper

_BATCH = 1000
_COLUMNS = (
    "id",
    "connector",
    "marketplace",
    "channel",
    "state",
    "lengow_only",
    "account",
    "placed_at",
    "updated_at",
    "ship_by",
    "shipper",
    "shipper_field",
    "shipper_value",
)
_TABLE = f"""
create table orders ({_COLUMNS[0]} text primary key, {", ".join(_COLUMNS[1:])}, done text)
without rowid
"""
_PLACES = ", ".join("?" * (len(_COLUMNS) + 1))
_PUT = f"insert or replace into orders values ({_PLACES})"  # noqa: S608 - our own names
_GET = f"select {', '.join(_COLUMNS)}, done from orders where id in "  # noqa: S608 - our own names
_DONE = "update orders set done = ? where id = ?"

_CONNECTORS = {name.value: name for name in ConnectorName}
_SHIPPERS = {shipper.value: shipper for shipper in Shipper}

Row = tuple[str | int | None, ...]


class Indexed(Struct):
    """An order, and what was decided of it already: (line, action), first one first."""

    order: OrderDocument
    done: tuple[tuple[int, str], ...]

    def note(self, line: int, action: str) -> None:
        """Keep in mind that `action` was allowed of the order, until `OrderIndex.keep`."""
        self.done = (*self.done, (line, action))


class OrderIndex:
    """Orders by their id. A later document of the same order takes the place of an earlier one."""

    def __init__(self) -> None:
        # "" is a database in a temporary file that goes away with the connection.
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.execute("pragma journal_mode = off")
        self._base.execute("pragma synchronous = off")
        self._base.execute(_TABLE)
        self._base.execute("begin")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._base.close()

    def fill(
        self, lines: Iterable[bytes], name: str, *, at: datetime | None = None
    ) -> Iterator[Diagnostic]:
        """Take in the documents in JSON lines; yields what is wrong with those that are none.

        Raises:
            ProjectError: there is no room for them on the disk.
        """
        rows: list[Row] = []
        for read in read_orders(lines, name, at=at, brief=True):
            if read.document is None:
                yield from read.diagnostics
                continue
            rows.append(_row(read.document))
            if len(rows) == _BATCH:
                self._put(rows)
                rows = []
        self._put(rows)

    def _put(self, rows: list[Row]) -> None:
        try:
            self._base.executemany(_PUT, rows)
        except sqlite3.OperationalError as fault:
            raise ProjectError(f"the orders cannot be kept in a temporary file: {fault}") from None

    def find(self, references: Collection[str]) -> dict[str, Indexed]:
        """The orders with those ids, by id; as many at a time as a statement takes."""
        wanted = list(dict.fromkeys(references))
        places = ", ".join("?" * len(wanted))
        rows = self._base.execute(f"{_GET}({places})", wanted)
        return {row[0]: _indexed(row) for row in rows}

    def keep(self, found: Iterable[Indexed]) -> None:
        """Keep what was noted of orders."""
        rows = [
            (";".join(f"{n}:{a}" for n, a in one.done), one.order.reference)
            for one in found
            if one.done
        ]
        self._base.executemany(_DONE, rows)


def _row(order: OrderDocument) -> Row:
    return (
        order.reference,
        order.connector.value,
        order.marketplace,
        order.channel,
        order.state,
        int(order.lengow_only),
        order.account,
        *(_written(at) for at in (order.placed_at, order.updated_at, order.ship_by)),
        order.shipper.value,
        *order.shipper_said,
        "",
    )


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _indexed(row: tuple[str, ...]) -> Indexed:
    order = OrderDocument(
        reference=row[0],
        number=None,
        connector=_CONNECTORS[row[1]],
        marketplace=row[2],
        channel=row[3],
        state=row[4],
        lengow_only=bool(row[5]),
        lengow_status=None,
        account=row[6],
        placed_at=datetime.fromisoformat(row[7]) if row[7] else None,
        updated_at=datetime.fromisoformat(row[8]) if row[8] else None,
        ship_by=datetime.fromisoformat(row[9]) if row[9] else None,
        shipper=_SHIPPERS[row[10]],
        shipper_said=(row[11], row[12]),
        lines=(),
        parcels=(),
        unknown=(),
    )
    if not row[13]:
        return Indexed(order, ())
    done = (word.partition(":") for word in row[13].split(";"))
    return Indexed(order, tuple((int(line), action) for line, _, action in done))
