"""The text of a file's bytes, or the diagnostic that says where they are no UTF-8."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import Any

from engine.diagnostics.codes import testing as codes
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.diagnostics.place import Source

_REMEDY = "save it as UTF-8: in Excel, `CSV UTF-8`; in LibreOffice, `Unicode (UTF-8)`"


def decoded(data: bytes, shown: str) -> tuple[str, Diagnostic | None]:
    """The text of `data`, a file called `shown`; what cannot be read comes as U+FFFD."""
    body = data.removeprefix(BOM_UTF8)
    try:
        return body.decode(), None
    except UnicodeDecodeError as fault:
        text = body.decode(errors="replace")
        at = len(body[: fault.start].decode())
        span = Source(shown, text).span(at, at + 1)
        facts: dict[str, Any] = {"file": shown, "byte": f"{body[fault.start]:02X}"}
        return text, Diagnostic.of(codes.ENCODING, span, helps=[Help(_REMEDY)], **facts)
