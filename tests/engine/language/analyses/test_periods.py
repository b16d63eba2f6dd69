"""Overrides, windows, milestones and tests on the timeline."""

from collections.abc import Callable

import pytest

from engine.diagnostics.diagnostic import Diagnostic

Codes = Callable[..., list[str]]
Check = Callable[..., list[Diagnostic]]
FROM = "override offer for cdiscount from 2025-09-01 00:00 Europe/Paris\n  {}\nend\n"
TEST = """
test "stock" on {}
  given product "fixtures/lamp.json"
  expect Stock = 3
end
"""


def test_what_a_mapping_says_already(codes: Codes) -> None:
    assert codes("", top=FROM.format("Stock = 3")) == ["H801"]
    assert codes("", top=FROM.format("Stock = inherited")) == ["H801"]
    assert codes("", top=FROM.format("Stock = 4")) == []


def test_the_idle_line_of_an_override_is_told_by_itself(check: Check) -> None:
    (found,) = check("", top=FROM.format("Stock = 3\n  EcoPart = 0.10 EUR"))
    assert found.helps[0].says == "leave it out"
    assert found.span.end - found.span.start == len("Stock   = 3")  # as fmt aligns it


def test_going_back_to_what_was_before_another_override_is_a_change(codes: Codes) -> None:
    back = "override offer for cdiscount until 2025-09-01 00:00 Europe/Paris\n  Stock = 4\nend\n"
    assert codes("", top=back + FROM.format("Stock = 3")) == []


def test_what_stood_under_a_condition_is_changed(codes: Codes) -> None:
    body = 'only when cost_price > 9.00 EUR\nComment = "A"\nend'
    assert codes(body, top=FROM.format('Comment = "A"')) == []


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("offers automatically every 1 hour", "extends cdiscount", ["H805"]),
        ("offers automatically every 1 hour", "", []),
        ("offers manually", "extends cdiscount", []),
        ("orders automatically every 1 hour", "extends cdiscount", []),
        ("products automatically every 1 hour", "extends cdiscount", ["H805"]),
        ("offers automatically every 1 hour until soap_end", "extends cdiscount", ["E814"]),
    ],
)
def test_one_marketplace_two_ways_in(
    codes: Codes, *, first: str, second: str, told: list[str]
) -> None:
    """A channel takes over the windows of the one that it extends; other channels are others."""
    milestone = "milestone soap_end = to be confirmed\n" if "soap_end" in first else ""
    channels = f"""
{milestone}
channel cdiscount
  send {first}
end
channel cdiscount_octopia {second}
end
"""
    assert codes("", channels=channels) == told


def test_windows_that_only_touch_do_not_meet(codes: Codes) -> None:
    channels = """
channel cdiscount
  send offers automatically every 1 hour until 2025-07-29 10:00 Europe/Paris
end
channel cdiscount_octopia extends cdiscount
  send offers automatically every 1 hour from 2025-07-29 {} Europe/Paris
end
"""
    assert codes("", channels=channels.format("10:00")) == []
    assert codes("", channels=channels.format("09:59")) == ["H805"]


def test_a_milestone_that_nothing_leans_on_is_only_unused(codes: Codes) -> None:
    assert codes("", top="milestone soap_end = to be confirmed\n") == ["N106"]


def test_every_place_that_leans_is_shown(check: Check) -> None:
    channels = """
milestone soap_end = to be confirmed
channel cdiscount
  send offers manually until soap_end
  send orders automatically every 1 hour until soap_end
end
channel cdiscount_octopia
end
"""
    (found,) = check("", channels=channels)
    assert [label.says for label in found.labels] == ["to be confirmed", "leans on it too"]


def test_a_test_of_rules_that_never_change_needs_no_instant(codes: Codes) -> None:
    assert codes("", top=TEST.format("cdiscount")) == []
    assert codes("", top=FROM.format("Stock = 4") + TEST.format("cdiscount_octopia")) == []
    assert codes("", top=FROM.format("Stock = 4") + TEST.format("cdiscount")) == ["D409"]


def test_a_test_of_rules_that_look_at_the_clock_needs_one(codes: Codes) -> None:
    body = 'require now before 2026-01-01 00:00 Europe/Paris else reject "Over"'
    assert codes(body, top=TEST.format("cdiscount")) == ["D409"]
    at = "cdiscount at 2025-07-01 09:00 Europe/Paris"
    assert codes(body, top=TEST.format(at)) == []


def test_what_no_test_tries(codes: Codes) -> None:
    every = {"quiet": ()}
    assert codes("", **every) == ["K952"]
    assert codes("", top=TEST.format("cdiscount_octopia"), **every) == []
    early = TEST.format("cdiscount at 2025-08-31 23:59 Europe/Paris")
    assert codes("", top=FROM.format("Stock = 4") + early, **every) == ["K952"]
    late = TEST.format("cdiscount at 2025-09-01 00:00 Europe/Paris")
    assert codes("", top=FROM.format("Stock = 4") + late, **every) == []
