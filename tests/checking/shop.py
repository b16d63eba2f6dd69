"""A shop to check rules in: a standard mapping around a few lines, and what edits make of them."""

from pathlib import Path
from typing import Any

from engine.diagnostics.diagnostic import Diagnostic, Help, Report
from engine.diagnostics.place import Source
from engine.language.checker import check_rules
from engine.project import Project
from engine.workspace import Workspace

ROOT = Path(__file__).parents[2]
HEADER = """\
rules 1
timezone Europe/Paris
currency EUR
read product using "schemas/product.schema.json"
write offer using "schemas/offer.schema.json"
"""
CHANNELS = """
channel cdiscount
  send offers manually
end

channel cdiscount_octopia
  send offers automatically every 1 hour
end
"""
STANDARD = {
    "SellerProductId": "sku",
    "ProductEan": 'gtin13(ean) on error reject "EAN {ean} is not valid"',
    "ProductCondition": '"New"',
    "Price": "price_excl_vat * (100% + vat_rate) rounded half up to 0.01 EUR",
    "Vat": "vat_rate",
    "EcoPart": "0.00 EUR",
    "DeaTax": "0.00 EUR",
    "Stock": "3",
    "PreparationTime": "2 days",
    "ShippingInformationDeliveryMode": '"Tracked"',
    "ShippingCharges": "4.99 EUR",
    "AdditionalShippingCharges": "0.50 EUR",
}


class Shop:
    """Rules around a body, checked with the schemas of the sample project."""

    def __init__(self, root: Path) -> None:
        (root / "schemas").mkdir()
        for name in ("product.schema.json", "offer.schema.json"):
            (root / "schemas" / name).write_bytes((ROOT / "schemas" / name).read_bytes())
        (root / "fixtures").mkdir()
        (root / "fixtures/lamp.json").write_text("{}", encoding="utf-8")
        self.files = Workspace(Project(root))

    def text(
        self,
        body: str = "",
        *,
        beside: str = "",
        without: tuple[str, ...] = (),
        channels: str = CHANNELS,
    ) -> str:
        """A whole file: the standard mapping less `without`, then `body`; `beside` follows it."""
        lines = [f"  {name} = {value}" for name, value in STANDARD.items() if name not in without]
        head = 'mapping offer for cdiscount, cdiscount_octopia\n  source "A test"'
        return "\n".join([HEADER, channels, head, *lines, body, "end", beside, ""])

    def report(self, text: str) -> Report:
        """What the checker says of a whole file."""
        _, report = check_rules(Source("a.rules", text), self.files)
        return report

    def told(self, body: str = "", **parts: Any) -> list[Diagnostic]:
        """The errors and warnings of the file around `body`, in order."""
        return self.of(self.text(body, **parts))

    def of(self, text: str) -> list[Diagnostic]:
        """The errors and warnings of a whole file, in order."""
        return [d for d in self.report(text) if d.severity != "lint"]


def applied(text: str, help_: Help) -> str:
    """`text` with the edit of a help made."""
    for one in sorted(help_.replacements, key=lambda r: r.span.start, reverse=True):
        text = text[: one.span.start] + one.text + text[one.span.end :]
    return text


def marked(text: str, diagnostic: Diagnostic) -> str:
    """The words that a diagnostic marks."""
    return text[diagnostic.span.start : diagnostic.span.end]
