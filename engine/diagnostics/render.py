"""A report in the form that its reader wants: terminal, JSON, SARIF, JUnit, GitHub annotations."""

from __future__ import annotations

from engine.diagnostics.diagnostic import Report
from engine.diagnostics.terminal import WIDTH, as_text

STYLES = ("text", "json", "sarif", "junit", "github")


def render_report(
    report: Report, style: str = "text", *, colour: bool = False, width: int = WIDTH
) -> str:
    """`report` as `style`, one of `STYLES`; ends with a line end. The same report, the same text.

    Raises:
        ValueError: there is no such style.
    """
    # Only the machine formats need json and xml: a check at the terminal starts without them.
    match style:
        case "text":
            return as_text(report, colour=colour, width=width)
        case "json":
            from engine.diagnostics.formats import as_json  # noqa: PLC0415

            return as_json(report)
        case "github":
            from engine.diagnostics.formats import as_github  # noqa: PLC0415

            return as_github(report)
        case "sarif":
            from engine.diagnostics.sarif import as_sarif  # noqa: PLC0415

            return as_sarif(report)
        case "junit":
            from engine.diagnostics.junit import as_junit  # noqa: PLC0415

            return as_junit(report)
        case _:
            raise ValueError(f"no style `{style}`; there are {', '.join(STYLES)}")
