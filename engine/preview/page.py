"""The preview as one page: self-contained, nothing loaded from anywhere, no markup from the feed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from engine.offers.accounting import Accounting, RankedReason
from engine.offers.results import Outcome
from engine.preview.page_data import PageData, packed
from engine.preview.terminal import Heading, packages_text

_HERE = Path(__file__).parent
_STYLES = ("page.css",)
_CHART_STYLES = ("uplot.min.css", "page.css")
_SCRIPTS = ("uplot.min.js", "derive.js", "charts.js", "detail.js", "page.js")
_WORDS = {
    Outcome.OFFER: "make an offer",
    Outcome.EXCLUDED: "are excluded by a rule",
    Outcome.REJECTED: "are rejected",
}


def preview_page(
    heading: Heading, accounting: Accounting, data: PageData, remarks: Sequence[str] = ()
) -> str:
    """The page of a whole feed: counts and `remarks` are of all its rows, the list holds those of `data`."""
    counted = [
        {
            "name": outcome.value,
            "words": _WORDS[outcome],
            "rows": accounting.outcomes[outcome],
            "share": _percent(accounting.outcomes[outcome], accounting.read),
        }
        for outcome in Outcome
    ]
    return render_page(
        "preview.html.j2",
        scripts=_SCRIPTS,
        sheets=_CHART_STYLES,
        heading=heading,
        sentence=accounting.sentence(),
        outcomes=counted,
        packages=packages_text(accounting) if accounting.packages else "",
        reasons=[_reason(one) for one in accounting.ranked()],
        remarks=remarks,
        kept=data.kept,
        read=accounting.read,
        data=packed(data.as_json()),
    )


def render_page(
    template: str, *, scripts: Sequence[str] = (), sheets: Sequence[str] = _STYLES, **facts: Any
) -> str:
    """A page of this folder's look; its own styles and scripts are the only ones it allows."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
    )
    styles = [_static(name) for name in sheets]
    code = [_static(name) for name in scripts]
    return environment.get_template(template).render(
        styles=[Markup(text) for text in styles],  # noqa: S704 - files of this package
        scripts=[Markup(text) for text in code],  # noqa: S704
        style_hashes=[_hash(text) for text in styles],
        script_hashes=[_hash(text) for text in code],
        **facts,
    )


def _percent(rows: int, read: int) -> str:
    """A share in percent, to a tenth, without a float."""
    tenths = rows * 1_000 // max(read, 1)
    return f"{tenths // 10}.{tenths % 10}"


def _static(name: str) -> str:
    return (_HERE / "static" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _reason(ranked: RankedReason) -> Mapping[str, Any]:
    one = ranked.example
    return {
        "rows": ranked.rows,
        "severity": one.sort,
        "code": one.code,
        "row": ranked.example_row,
        "sku": ranked.example_sku,
        "message": one.message,
        "place": f"{one.file}:{one.line}" if one.file else one.column or "",
    }
