"""A shop to check rules in: the sample's schemas, rules around a body, and the codes that come out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.diagnostics.diagnostic import Diagnostic
from engine.diagnostics.place import Source
from engine.language.checker import check_rules
from engine.language.parser import parse
from engine.language.printer import print_rules
from engine.project import Project
from engine.workspace import Workspace

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
REQUIRED = {
    "SellerProductId": "sku",
    "ProductEan": 'gtin13(ean) on error reject "EAN {ean}"',
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

Check = Callable[..., list[Diagnostic]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Check a body of a mapping; `top` stands beside it, `without` names what the body sets itself."""

    def run(
        body: str,
        *,
        top: str = "",
        without: tuple[str, ...] = (),
        channels: str = CHANNELS,
        quiet: tuple[str, ...] = ("K952",),
    ) -> list[Diagnostic]:
        lines = [f"{name} = {value}" for name, value in REQUIRED.items() if name not in without]
        mapping = "\n".join(
            [
                "mapping offer for cdiscount, cdiscount_octopia",
                'source "A test"',
                *lines,
                body,
                "end",
            ]
        )
        text = f"{HEADER}\n{channels}\n{mapping}\n{top}\n"
        tree, faults = parse(Source("a.rules", text))
        assert faults == []
        source = Source("a.rules", print_rules(tree))
        (tmp_path / "fixtures").mkdir(exist_ok=True)
        (tmp_path / "fixtures/lamp.json").write_text("{}", encoding="utf-8")
        _, report = check_rules(source, Workspace(Project(tmp_path)))
        return [d for d in report if d.code.number not in quiet]

    return run


@pytest.fixture
def codes(check: Check) -> Callable[..., list[str]]:
    """The codes that `check` gives."""

    def run(*args: str, **more: object) -> list[str]:
        return [d.code.number for d in check(*args, **more)]

    return run
