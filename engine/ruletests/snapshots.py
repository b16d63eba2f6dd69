"""Snapshots of results beside the rules: canonical JSON, one file a name, read as data."""

from __future__ import annotations

import difflib
import json
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from engine.diagnostics.codes import testing as codes
from engine.diagnostics.place import Span
from engine.offers.results import RowResult

_NAME = re.compile(r"[\w.-]+")


class SnapshotFolder(Struct):
    """Compares results with `snapshots/NAME.json` beside the rule file, or writes them anew."""

    root: Path
    update: bool = False
    written: list[str] = field(default_factory=list)

    def compare(self, name: str, result: RowResult, span: Span) -> str | None:
        """What differs between the snapshot `name` and `result`, or None."""
        if not _NAME.fullmatch(name):
            return f"snapshot names have letters, digits, `_`, `.` and `-`: {name!r}"
        file = self.root / Path(span.file).parent / "snapshots" / f"{name}.json"
        text = canonical(result)
        if self.update:
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.is_file() or file.read_text(encoding="utf-8") != text:
                file.write_text(text, encoding="utf-8")
                self.written.append(file.as_posix())
            return None
        if not file.is_file():
            return f"there is no snapshot `{name}` yet; write it with --update, then read it"
        known = file.read_text(encoding="utf-8")
        if known == text:
            return None
        lines = difflib.unified_diff(
            known.splitlines(), text.splitlines(), "snapshot", "now", lineterm="", n=1
        )
        says = codes.SNAPSHOT_DIFFERS.says.format(name=name)
        return "\n".join([f"{codes.SNAPSHOT_DIFFERS.number} {says}:", *list(lines)[2:]])


def canonical(result: RowResult) -> str:
    """The result as JSON text: sorted keys, exact numbers as texts with all their decimals."""
    data = {
        "outcome": result.outcome.value,
        "attributes": result.attributes,
        "package": result.package,
        "payload": result.payload,
        "xml": result.xml,
        "reasons": [r.as_json() for r in result.reasons],
    }
    return json.dumps(data, default=_plain, sort_keys=True, ensure_ascii=False, indent=2) + "\n"


def _plain(value: Any) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")
