from decimal import Decimal

from engine.diagnostics.codes import Severity, all_codes
from engine.marketplace.requirements import load_requirements


def test_what_is_second_hand_only_warns() -> None:
    for rule in load_requirements().values():
        second_hand = rule.fact.confidence == "T" and rule.checked != "bounds"
        assert not (second_hand and rule.rejects), rule.id


def test_figures_and_families() -> None:
    rules = load_requirements()
    assert rules["sale-lead-time"].figure == 72
    assert rules["reference-price-minimum"].figure == Decimal("0.10")
    assert rules["struck-price"].family == 23
    assert rules["struck-price"].rejects
    assert not rules["pickup-alone"].rejects


def test_each_code_that_checks_exists_with_the_same_severity() -> None:
    codes = all_codes()
    for rule in load_requirements().values():
        if rule.checked.startswith("R"):
            wanted = Severity.ERROR if rule.rejects else Severity.WARNING
            assert codes[rule.checked].severity is wanted, rule.id
