"""The folder that Spark writes: whole when `_SUCCESS` stands in it, and nothing before."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from msgspec.structs import replace

from engine.cluster.kinds import ACCOUNTING, OFFERS, REJECTIONS
from engine.errors import FeedError, ProjectError
from engine.offers.accounting import Accounting, RankedReason
from engine.offers.results import Reason

SUCCESS = "_SUCCESS"
_OURS = {SUCCESS, f".{SUCCESS}.crc", "_temporary"} | {
    f"kind={k}" for k in (OFFERS, REJECTIONS, ACCOUNTING)
}


def may_overwrite(folder: Path) -> None:
    """See that `folder` is new, empty, or an output of an earlier run, whole or not.

    Raises:
        ProjectError: something else stands there, which Spark would delete.
    """
    if folder.exists() and not folder.is_dir():
        raise ProjectError(f"{folder}: a file stands there; --out takes a folder")
    others = (
        sorted(p.name for p in folder.iterdir() if p.name not in _OURS) if folder.exists() else []
    )
    if others:
        raise ProjectError(
            f"{folder}: holds `{others[0]}`, which is no output of Feedwright and would be deleted; "
            "name a new folder with --out"
        )


def parts(folder: Path, kind: str) -> list[Path]:
    """The parts of `kind` in `folder`, in the order of the feed.

    Raises:
        FeedError: the run that wrote them did not end well.
    """
    if not (folder / SUCCESS).is_file():
        raise FeedError(f"{folder}: the run that writes here has not ended well: no {SUCCESS}")
    return sorted((folder / f"kind={kind}").glob("part-*"))


def gather(folder: Path, kind: str, to: IO[bytes]) -> None:
    """Write all of `kind` in the order of the feed, as `render` on one machine writes it."""
    for part in parts(folder, kind):
        with part.open("rb") as stream:
            shutil.copyfileobj(stream, to, 1 << 20)


def accounts(folder: Path) -> list[dict[str, Any]]:
    """The account of each split, in the order of the feed."""
    lines = (line for p in parts(folder, ACCOUNTING) for line in p.read_text("utf-8").splitlines())
    return [json.loads(line) for line in lines]


def changed(
    account: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
) -> dict[str, Any]:
    """The account of a split, some of whose rows are `after` what they were `before`."""
    total = summed([account, after])
    less = summed([before])
    total.outcomes -= less.outcomes
    total.packages -= less.packages
    total.warned -= less.warned
    for key, one in less.sorts.items():
        known = total.sorts[key]
        total.sorts[key] = replace(known, rows=known.rows - one.rows)
    total.sorts = {key: one for key, one in total.sorts.items() if one.rows}
    return total.as_json()


def summed(found: Iterable[dict[str, Any]]) -> Accounting:
    """The accounts of all splits as one."""
    total = Accounting()
    for account in found:
        total.read += account["read"]
        total.outcomes += Counter(account["outcomes"])
        total.packages += Counter(account["packages"])
        total.warned += account["offers_with_warnings"]
        for entry in account["reasons"]:
            _add(total, dict(entry))
    return total


def _add(total: Accounting, entry: dict[str, Any]) -> None:
    rows, example_row = entry.pop("rows"), entry.pop("example_row")
    rule = entry.pop("rule", None) or {}
    reason = Reason(**entry, file=rule.get("file"), line=rule.get("line"))
    key = (reason.code, reason.column or reason.file or "", reason.line or 0)
    known = total.sorts.get(key)
    if known is not None:
        rows, example_row, reason = rows + known.rows, known.example_row, known.example
    total.sorts[key] = RankedReason(rows, example_row, None, reason)
