"""Where a value that may be missing is known to be present."""

import pytest
from checking.shop import Shop

LISTED = "StrikedPrice = list_price"
REQUIRE = 'require {} else reject "No price"'
EXCLUDE = 'exclude when {} because "No price"'


@pytest.mark.parametrize(
    "body",
    [
        "only when list_price present\nStrikedPrice = list_price\nend",
        "let listed = list_price present\nonly when listed\nStrikedPrice = list_price\nend",
        "let bare = list_price missing\nonly when not bare\nStrikedPrice = list_price\nend",
        "only when weight present and list_price present\nStrikedPrice = list_price\nend",
        "let high = list_price * 2\nonly when high present\nStrikedPrice = high\nend",
        "StrikedPrice =\nwhen list_price missing then omit\notherwise list_price",
        "StrikedPrice =\nwhen list_price present and list_price > 1 EUR then list_price\notherwise omit",
        "StrikedPrice =\nwhen list_price missing or list_price > 9 EUR then omit\notherwise list_price",
        f"{LISTED}\n{REQUIRE.format('list_price present')}",
        f"{LISTED}\n{REQUIRE.format('list_price present and weight present')}",
        f"{LISTED}\n{REQUIRE.format('list_price present and list_price > 1 EUR')}",
        f"{LISTED}\n{REQUIRE.format('not (list_price missing or weight missing)')}",
        f"let both = list_price present and weight present\n{LISTED}\n{REQUIRE.format('both')}",
        f"{LISTED}\n{EXCLUDE.format('list_price missing')}",
        f"{LISTED}\n{EXCLUDE.format('list_price missing or weight missing')}",
    ],
)
def test_it_is_present(shop: Shop, body: str) -> None:
    assert [d.says for d in shop.told(body)] == []


@pytest.mark.parametrize(
    "body",
    [
        LISTED,
        "only when list_price missing\nStrikedPrice = list_price\nend",
        "only when list_price present or weight present\nStrikedPrice = list_price\nend",
        "only when not (list_price present and weight present)\nStrikedPrice = list_price\nend",
        "StrikedPrice =\nwhen list_price present then omit\notherwise list_price",
        "StrikedPrice =\nwhen weight present then list_price\notherwise omit",
        f'{LISTED}\nrequire list_price present else warn "No price"',
        f"{LISTED}\n{REQUIRE.format('list_price present when weight present')}",
        f"{LISTED}\n{REQUIRE.format('list_price present or weight present')}",
        f"{LISTED}\n{EXCLUDE.format('list_price missing and weight missing')}",
        f"{LISTED}\nonly when weight present\n{REQUIRE.format('list_price present')}\nend",
    ],
)
def test_it_may_be_missing(shop: Shop, body: str) -> None:
    assert [d.code.number for d in shop.told(body)] == ["X501"]
