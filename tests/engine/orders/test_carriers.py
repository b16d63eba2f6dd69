import pytest

from engine.orders.carriers import CarrierTable, carrier_table

OCTOPIA, LEGACY = "cdiscount_octopia", "cdiscount"


def table(channel: str = OCTOPIA) -> CarrierTable:
    found = carrier_table(channel)
    assert found is not None
    return found


def test_the_tables_say_their_edition() -> None:
    assert (table().version, len(table().labels), table().fact.confidence) == ("2026-09", 66, "M")
    assert (table(LEGACY).version, len(table(LEGACY).labels)) == ("2019-05", 29)
    assert (table().strict, table(LEGACY).strict) == (True, False)
    assert carrier_table("elsewhere") is None


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("Colissimo", "Colissimo"),
        (" COLISSIMO ", "Colissimo"),
        ("colis privé", "Colis Privé"),
        ("kuehne + nagel", "Kuehne + Nagel"),
        ("AUTRE", "autre"),
    ],
)
def test_a_label_is_found_without_blanks_and_case(written: str, label: str) -> None:
    found = table().match(written)
    assert (found.label, found.listed) == (label, True)


@pytest.mark.parametrize(
    ("written", "closest"),
    [
        ("DHL Express", ("DHL",)),
        ("Colisimo", ("Colissimo",)),
        ("Chrono", ("Chronopost", "Chronofresh")),
        ("LAPOSTE", ("La Poste",)),
        ("Colis Prive", ("Colis Privé",)),
        ("Hermann & Sons", ()),
    ],
)
def test_an_unmapped_carrier_is_denied_with_the_closest(
    written: str, closest: tuple[str, ...]
) -> None:
    found = table().match(written)
    assert found.label is None
    assert found.closest == closest
    told = found.unknown()
    assert told.code.number == "R451"
    assert told.says == f"“{written}” is no carrier that cdiscount_octopia knows"
    assert told.helps != ()


def test_free_text_goes_only_where_the_merchant_chose_so() -> None:
    assert table().match(" DHL Express ").label is None
    found = table().match(" DHL Express ", free_text=True)
    assert (found.label, found.listed) == ("DHL Express", False)
    # What is listed is sent as listed, and nothing is never a carrier.
    assert table().match("ups", free_text=True).label == "UPS"
    assert table().match("  ", free_text=True).label is None
