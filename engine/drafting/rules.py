"""The drafted rules: one mapping, a comment with its guess above each line, and one test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from engine.drafting import examples
from engine.drafting.columns import ColumnGuess, Confidence, Guesses
from engine.drafting.fitting import EMPTY, shown
from engine.drafting.fixture import Fixture
from engine.drafting.headers import says_vat_included
from engine.drafting.remedies import STOCK, STOCK_IN_PARTS, amend, declare, declare_stock, with_vat
from engine.drafting.schema import CHANNEL_CURRENCY, currency, needed_columns
from engine.drafting.words import Role

_CENTS = 2
_HEAD = """\
# Drafted by `feedwright init`: how one product becomes one offer.
# Each line below says what it was guessed from. Look at it, correct it, then take its comment off.
#   GUESS    read from the feed, with how sure that is
#   DECIDE   nothing in the feed says it: an example stands there, the terms are yours
#   FILL IN  no column was found; every row is rejected until the line has its value
rules 1
timezone Europe/Paris
currency EUR
read product using "schemas/product.schema.json"
write offer using "schemas/offer.schema.json"

channel cdiscount_octopia
  send offers manually
end

mapping offer for cdiscount_octopia
"""


class Gap(Struct, frozen=True):
    """An attribute that no column gives, and what a person writes there."""

    attribute: str
    reason: str
    remedy: str


class DraftedRules(Struct, frozen=True):
    """The text of `rules/offers.rules`, and what in it waits for a person."""

    text: str
    gaps: tuple[Gap, ...]
    # Columns that are mapped to nothing, with an example in a comment.
    named: tuple[ColumnGuess, ...]


def draft_rules(guesses: Guesses, fixture: Fixture) -> DraftedRules:
    """The mapping as far as the columns go, each guess marked."""
    drafting = _Drafting(guesses, [], [])
    lines = [f"  {line}" if line else "" for line in drafting.mapping()]
    gaps = tuple(drafting.gaps)
    text = _HEAD + "\n".join([*lines, "end", "", *_test(fixture, gaps)]) + "\n"
    return DraftedRules(text, gaps, tuple(drafting.named))


class _Drafting(Struct, frozen=True):
    guesses: Guesses
    gaps: list[Gap]
    named: list[ColumnGuess]

    def mapping(self) -> Iterator[str]:
        """The lines of the mapping."""
        yield from self._active()
        yield from self._text("SellerProductId", Role.SKU, "sku", "a reference of your own")
        ean = 'gtin13(ean) on error reject "EAN {ean} is not a valid code"'
        yield from self._text("ProductEan", Role.EAN, ean, "the EAN")
        yield ""
        vat = self.guesses.number(Role.VAT_RATE)
        yield from self._price(vat)
        yield from self._sale_price()
        yield from self._list_price()
        yield from self._vat(vat)
        yield from self._eco_fee()
        yield ""
        yield from self._stock()
        yield ""
        yield from self._condition()
        yield "# DECIDE: an example; the days until you send a parcel"
        yield "PreparationTime = 2 days"
        yield "# DECIDE: examples; the delivery modes of your seller account, and what you charge for them"
        yield 'ShippingInformationDeliveryMode = "Tracked"'
        yield "ShippingCharges = 4.99 EUR"
        yield "AdditionalShippingCharges = 0.50 EUR"
        yield from self._present()
        if self._strikes():
            yield ""
            yield (
                "require StrikedPrice > Price else drop StrikedPrice "
                'with "Crossed-out {StrikedPrice} is not above {Price}"'
            )

    def _condition(self) -> Iterator[str]:
        """New is an example, unless a column says more: what it says is used is not sold as new."""
        guess = self.guesses.of(Role.CONDITION)
        if guess is None or not (guess.says or guess.used):
            yield from _new_as_example()
        elif guess.used:
            reason = (
                f"column `{shown(guess.header)}` does not say new of all products: {guess.used}"
            )
            remedy = "write which condition each of its words stands for"
            example = [*examples.condition(guess)] if guess.says else []
            remedy += "; an example is in rules/offers.rules" if example else ""
            yield from self._gap("ProductCondition", reason, remedy, example)
        elif new := examples.new(guess):
            yield _guessed(guess) + "; an empty cell is new, and what says otherwise is rejected"
            yield from new
        else:
            self.named.append(guess)
            yield from _new_as_example(examples.condition(guess))

    def _active(self) -> Iterator[str]:
        guess = self.guesses.of(Role.ACTIVE)
        if guess is not None and guess.says:
            self.named.append(guess)
            yield from examples.active(guess)
            yield ""

    def _present(self) -> Iterator[str]:
        """What becomes of rows without a value that every offer needs."""
        lacking = [column for column in needed_columns(self.guesses) if column.empty]
        if lacking:
            yield ""
            yield "# Some rows lack what every offer needs, and are rejected. To take a default instead, delete"
            yield "# the line here, and write the default wherever the field is used: `(vat_rate default 20%)`."
        for column in lacking:
            reason = f"`{shown(column.header)}` is empty"
            yield f'require {column.field} present else reject "{reason}"  # in row {column.empty}'

    def _text(self, attribute: str, role: Role, value: str, what: str) -> Iterator[str]:
        guess = self.guesses.of(role)
        if guess is not None:
            yield _guessed(guess)
            yield f"{attribute} = {value}"
        else:
            remedy = f"{declare(role.value)}, and write `{attribute} = {value}`"
            yield from self._gap(attribute, f"no column of the feed holds {what}", remedy)

    def _gap(
        self, attribute: str, reason: str, remedy: str, example: Iterable[str] = ()
    ) -> Iterator[str]:
        self.gaps.append(Gap(attribute, reason, remedy))
        yield f"# FILL IN: {reason}; {remedy}"
        yield from example
        yield f'{attribute} = reject "{reason}: fill in {attribute} in rules/offers.rules"'

    def _price(self, vat: ColumnGuess | None) -> Iterator[str]:
        if currency(self.guesses) != CHANNEL_CURRENCY:
            reason = (
                f"the feed's amounts are in {self.guesses.currency}, and the channel sells in EUR"
            )
            yield from self._gap("Price", reason, "take a feed with prices in EUR")
            return
        price, without = self.guesses.number(Role.PRICE), self.guesses.number(Role.PRICE_EXCL_VAT)
        used = price or without
        if used is not None and used.numbers is not None and used.numbers.unsure:
            value = "price" if price is not None else with_vat(vat)
            yield from self._thousands(used, used.numbers.mark, value)
        elif price is not None:
            yield _guessed(price) + self._currency_note()
            yield f"Price = {_rounded('price', price)}"
        elif without is not None and vat is not None:
            yield _guessed(without) + self._currency_note()
            yield f"Price = {with_vat(vat)}"
        elif without is not None:
            remedy = f"write `Price = {with_vat(vat)}`"
            odd = self.guesses.faulty(Role.VAT_RATE)
            rate = (
                f"column `{shown(odd.header)}` {odd.fault}" if odd else "no column holds the rate"
            )
            reason = f"column `{shown(without.header)}` is without VAT, and {rate}"
            yield from self._gap("Price", reason, remedy)
        else:
            yield from self._no_price(vat)

    def _no_price(self, vat: ColumnGuess | None) -> Iterator[str]:
        roles = (Role.PRICE, Role.PRICE_EXCL_VAT)
        guess = self.guesses.faulty(*roles)
        if guess is None:
            remedy = f"{declare('price')}, and write `Price = price`"
        else:
            value = "price" if guess.role is Role.PRICE else with_vat(vat)
            remedy = amend(guess, "Price", value)
        yield from self._gap("Price", self._absent("holds the price", *roles), remedy)

    def _thousands(self, guess: ColumnGuess, mark: str, value: str) -> Iterator[str]:
        """Amounts such as `1.500`: to take them for 1.5 or for 1500 would be wrong a thousandfold."""
        other = "," if mark == "." else "."
        reason = (
            f"column `{shown(guess.header)}` has three digits behind each `{mark}`, "
            f"and 1{mark}500 may be 1.5 or 1500"
        )
        remedy = (
            f"if `{mark}` keeps thousands apart, give the field `{guess.field}` in "
            f'schemas/product.schema.json "x-grouping": "{mark}" and "x-decimal-mark": "{other}"; '
            f"then write `Price = {value}`"
        )
        yield from self._gap("Price", reason, remedy)

    def _currency_note(self) -> str:
        return "" if self.guesses.currency else "; NO CURRENCY in the feed, taken as EUR"

    def _list_price(self) -> Iterator[str]:
        guess = self._euros(Role.LIST_PRICE)
        if guess is None:
            yield from self._not_used(Role.LIST_PRICE)
        if guess is None or not self._strikes():
            return
        yield _guessed(guess)
        rounded = _rounded("list_price", guess)
        if rounded == "list_price":
            yield "StrikedPrice = list_price default omit"
        else:
            yield "StrikedPrice ="
            yield f"  when list_price present  then {rounded}"
            yield "  otherwise                omit"

    def _sale_price(self) -> Iterator[str]:
        guess = self._euros(Role.SALE_PRICE)
        if guess is None:
            yield from self._not_used(Role.SALE_PRICE)
            return
        price = self.guesses.number(Role.PRICE)
        value = ""
        included = says_vat_included(guess.header) is not False
        if price is not None and self._priced() and included and not _unsure(guess):
            finer = max(price, guess, key=_decimals)
            value = _rounded("(sale_price default price)", finer, bare="sale_price default price")
        self.named.append(guess)
        yield from examples.sale_price(guess, value)

    def _not_used(self, role: Role) -> Iterator[str]:
        """Why a column that an offer could do without is not used."""
        guess = self.guesses.faulty(role)
        if guess is not None and guess.fault != EMPTY:
            yield f"# NOT USED: column `{shown(guess.header)}` {guess.fault}"

    def _strikes(self) -> bool:
        """Whether there is a price to strike through, and one that it can be above."""
        return self._priced() and self._euros(Role.LIST_PRICE) is not None

    def _priced(self) -> bool:
        return all(gap.attribute != "Price" for gap in self.gaps)

    def _vat(self, vat: ColumnGuess | None) -> Iterator[str]:
        if vat is not None:
            yield _guessed(vat)
            yield "Vat = vat_rate"
            return
        remedy = "write the rate of your products, such as `Vat = 20%`; it is not guessed"
        yield from self._gap("Vat", self._absent("holds the VAT rate", Role.VAT_RATE), remedy)

    def _eco_fee(self) -> Iterator[str]:
        guess = self._euros(Role.ECO_FEE)
        if guess is not None:
            yield _guessed(guess)
            yield f"EcoPart = {_rounded('(eco_fee default 0.00 EUR)', guess, bare='eco_fee default 0.00 EUR')}"
        else:
            yield from self._not_used(Role.ECO_FEE)
            yield "# DECIDE: no column holds it; 0.00 EUR if none of your products owes it"
            yield "EcoPart = 0.00 EUR"
        yield "# DECIDE: 0.00 EUR unless you sell furniture"
        yield "DeaTax = 0.00 EUR"

    def _stock(self) -> Iterator[str]:
        guess, faulty = self.guesses.number(Role.STOCK), self.guesses.faulty(Role.STOCK)
        words = self._words_of_stock(faulty)
        if guess is not None and guess.numbers is not None:
            yield _guessed(guess) + "; an empty cell is 0"
            yield f"Stock = {STOCK_IN_PARTS if guess.numbers.decimals else STOCK}"
        elif words is not None:
            reason = f"column `{shown(words.header)}` says whether there is stock, and not how many pieces"
            remedy = (
                "write how many each of its words stands for; an example is in rules/offers.rules"
            )
            yield from self._gap("Stock", reason, remedy, examples.stock(words))
        else:
            amended = faulty is not None and faulty.fault != EMPTY
            remedy = amend(faulty, "Stock", STOCK) if faulty and amended else declare_stock()
            yield from self._gap("Stock", self._absent("counts the stock", Role.STOCK), remedy)

    def _words_of_stock(self, stock: ColumnGuess | None) -> ColumnGuess | None:
        """The column that says in words whether there is stock, where none counts it."""
        if stock is not None and (stock.says or stock.fault != EMPTY):
            return stock if stock.says else None
        found = self.guesses.of(Role.AVAILABILITY)
        return found if found is not None and found.says else None

    def _absent(self, does: str, *roles: Role) -> str:
        guess = self.guesses.faulty(*roles)
        if guess is None:
            return f"no column of the feed {does}"
        return f"column `{shown(guess.header)}` {guess.fault}"

    def _euros(self, role: Role) -> ColumnGuess | None:
        return self.guesses.number(role) if currency(self.guesses) == CHANNEL_CURRENCY else None


def _new_as_example(more: Iterable[str] = ()) -> Iterator[str]:
    yield "# DECIDE: New is an example; say so only if all your products are"
    yield from more
    yield 'ProductCondition = "New"'


def _guessed(guess: ColumnGuess) -> str:
    look = "" if guess.confidence is Confidence.HIGH else " - LOOK AT IT"
    return f"# GUESS ({guess.confidence}{look}): column `{shown(guess.header)}`; {guess.why}"


def _unsure(guess: ColumnGuess) -> bool:
    return guess.numbers is not None and guess.numbers.unsure


def _decimals(guess: ColumnGuess) -> int:
    return guess.numbers.decimals if guess.numbers else 0


def _rounded(value: str, guess: ColumnGuess, bare: str = "") -> str:
    return f"{value} rounded half up to 0.01 EUR" if _decimals(guess) > _CENTS else bare or value


def _test(fixture: Fixture, gaps: tuple[Gap, ...]) -> Iterator[str]:
    yield 'test "one product of the feed" on cdiscount_octopia at 2026-01-05 09:00 Europe/Paris'
    yield '  given product "fixtures/product.json"'
    if gaps:
        # Which of several gaps a row is told first is not ours to say here.
        told = f' "{gaps[0].reason}"' if len(gaps) == 1 else ""
        yield "  # Until the lines above that say FILL IN have their value, no row makes an offer."
        yield f"  expect rejected{told}"
    else:
        yield f'  expect SellerProductId = "{fixture.sku}"'
        if fixture.price is not None:
            yield f"  expect Price = {fixture.price:.2f} EUR"
    yield "end"
