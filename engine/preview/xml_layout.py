"""An XML element laid out for reading: an element a line, its attributes below it where they are many.

The layout is for eyes only. What is sent stays on one line, as `--format jsonl` and `render` write it.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from lxml import etree

_STEP = "  "


def laid_out(xml: str, width: int) -> str:
    """`xml` over several lines; a line is longer than `width` only where one attribute is."""
    return "\n".join(_lines(etree.fromstring(xml), "", width))


def _lines(element: etree._Element, indent: str, width: int) -> list[str]:
    children = list(element)
    text = "" if children else escape(element.text or "")
    end = "/>" if not children and not text else f">{text}"
    close = f"</{element.tag}>"
    attributes = [f"{name!s}={quoteattr(str(value))}" for name, value in element.attrib.items()]
    opened = _opened(f"{indent}<{element.tag}", attributes, end, width - len(close if text else ""))
    if text:
        opened[-1] += close
    inner = [line for child in children for line in _lines(child, indent + _STEP, width)]
    return [*opened, *inner, *([indent + close] if children else [])]


def _opened(start: str, attributes: list[str], end: str, width: int) -> list[str]:
    """The opening tag: on one line where it fits, else as many attributes a line as fit."""
    whole = " ".join([start, *attributes]) + end
    if len(whole) <= width or not attributes:
        return [whole]
    indent = " " * (len(start) - len(start.lstrip())) + 2 * _STEP
    lines = [start]
    for attribute in attributes:
        longer = f"{lines[-1]} {attribute}"
        # Room for the end is kept on each line: any of them may turn out to be the last.
        if len(longer) + len(end) <= width:
            lines[-1] = longer
        else:
            lines.append(indent + attribute)
    lines[-1] += end
    return lines
