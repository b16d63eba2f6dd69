"""Channels that would start incomplete, summer times that are doubtful, and what waits."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli.main import feedwright

ROOT = Path(__file__).parents[4]
OFFERS = (ROOT / "rules/offers.rules").read_text(encoding="utf-8")
ORDERS = (ROOT / "rules/orders.rules").read_text(encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    for name in ("tables", "fixtures", "snapshots"):
        (tmp_path / "rules" / name).symlink_to(ROOT / "rules" / name)
    return tmp_path


def run(shop: Path, *words: str, offers: str = OFFERS, orders: str = ORDERS) -> Result:
    (shop / "rules/offers.rules").write_text(offers, encoding="utf-8")
    (shop / "rules/orders.rules").write_text(orders, encoding="utf-8")
    return CliRunner().invoke(feedwright, [*words, "--project", str(shop)])


def test_a_channel_that_lacks_a_required_attribute(shop: Path) -> None:
    without = OFFERS.replace("  Vat              = vat_rate\n", "")
    assert without != OFFERS
    result = run(shop, "timeline", offers=without)
    assert result.exit_code == 1
    assert (
        "cdiscount_octopia, from 2025-07-29 10:00 Europe/Paris on: INCOMPLETE, never set: Vat"
        in (result.stdout)
    )


def test_a_channel_without_any_mapping(shop: Path) -> None:
    alone = OFFERS.replace(
        "mapping offer for cdiscount, cdiscount_octopia", "mapping offer for cdiscount"
    )
    alone = alone.replace(
        "channel cdiscount_octopia extends cdiscount", "channel cdiscount_octopia"
    )
    result = run(shop, "timeline", offers=alone)
    assert result.exit_code == 1
    assert "INCOMPLETE, no mapping is written for it" in result.stdout


def test_a_confirmed_end_takes_its_place_in_time(shop: Path) -> None:
    known = OFFERS.replace("to be confirmed", "2025-12-31 00:00 Europe/Paris")
    result = run(shop, "timeline", offers=known)
    assert result.exit_code == 0
    assert "2025-12-31 00:00 Europe/Paris  soap_end" in result.stdout
    assert "to be confirmed" not in result.stdout
    assert "35 permissions" not in result.stdout
    assert "cdiscount: 0 permissions of orders begin, 7 end" in result.stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "override action ship on cdiscount_octopia\n",
            "override action ship on cdiscount_octopia from 2025-07-29 10:00 CET\n",
        ),
        (
            'test "cancel after shipping on Octopia" on cdiscount_octopia at 2025-08-01 09:00 Europe/Paris',
            'test "cancel after shipping on Octopia" on cdiscount_octopia at 2025-08-01 09:00 CET',
        ),
    ],
)
def test_winter_time_on_a_summer_day_is_warned_about(shop: Path, old: str, new: str) -> None:
    assert old in ORDERS
    result = run(shop, "check", orders=ORDERS.replace(old, new))
    assert result.exit_code == 0
    assert "warning[D402]" in result.stdout
    assert "Paris is on CEST that day" in result.stdout


def test_an_override_from_a_moment_on_makes_a_period_of_its_own(shop: Path) -> None:
    old = "override action ship on cdiscount_octopia\n"
    new = "override action ship on cdiscount_octopia from 2025-09-01 00:00 Europe/Paris\n"
    result = run(shop, "matrix", "--all-times", orders=ORDERS.replace(old, new))
    heads = [line for line in result.stdout.splitlines() if line.startswith("cdiscount_octopia,")]
    assert heads == [
        "cdiscount_octopia, until 2025-07-29 10:00 Europe/Paris",
        "cdiscount_octopia, from 2025-07-29 10:00 Europe/Paris until 2025-09-01 00:00 Europe/Paris",
        "cdiscount_octopia, from 2025-09-01 00:00 Europe/Paris on",
    ]
