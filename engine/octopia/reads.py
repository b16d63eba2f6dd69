"""What the outbox looks up at Octopia, each read to its end or said to be incomplete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from engine.octopia.endpoints import octopia
from engine.octopia.paging import Item, ask, path_of, read_list, told
from engine.transport.outcome import Answer, Reading, Sender

NOT_FOUND = 404
ALIKE = frozenset({"integrationStatus", "results"})
MOST_SINGLE = 20  # references that are asked for one by one


class OctopiaReads(Struct, frozen=True):
    """The reads, through any sender: the real one or a stand-in."""

    sender: Sender

    def order(self, order: str) -> Reading:
        """The order itself; none where the marketplace says that it knows no such order."""
        found = self._single("order", order)
        if any(item["orderId"] != order for item in found.items):
            return Reading((), "another order was answered", found.trace_id)
        return found

    def orders(self, filters: Mapping[str, str]) -> Reading:
        """All orders that `filters` (names and values of the query) ask for.

        A last page that is empty, and should not be, shows only in how many orders there are.
        """
        states = set(filters.get("status", "").split(",")) - {""}
        channel = filters.get("salesChannelId")
        found = self._list(
            "orders",
            filters,
            belongs=lambda o: (
                (not states or o["status"] in states)
                and channel in {None, o["salesChannel"]["id"]}
                and self._ours(o)
            ),
            key=lambda o: o["orderId"],
        )
        if found.incomplete is not None:
            return found
        count = self._answered("orders-count", (), filters)
        if isinstance(count, Answer) and count.body == len(found.items):
            return found
        why = count if isinstance(count, str) else f"{count.body} are said to be there"
        return Reading(found.items, f"{len(found.items)} orders were read, {why}", found.trace_id)

    def _ours(self, order: Item) -> bool:
        seller = order.get("seller", {}).get("id")
        return seller is None or str(seller) == self.sender.seller

    def cancellation_requests(self, order: str) -> Reading:
        """All requests to cancel or refund `order`, or lines of it."""
        return self._list(
            "cancellation-requests",
            {"orderSellerId": order},
            belongs=lambda r: order in {r.get("orderSellerId"), r.get("orderId")},
        )

    def gestures(self, order: str) -> Reading:
        """All commercial gestures for `order`."""
        return self._list("gestures", {"orderId": order}, belongs=lambda g: g["orderId"] == order)

    def gesture_amounts(self, order: str) -> Reading:
        """What may still be given for `order`: one item with `allowableAmount`."""
        return self._single("gesture-amounts", order)

    def package(self, package: str) -> Reading:
        """The offer package."""
        found = self._single("package", package)
        if any(str(item.get("packageId", package)) != package for item in found.items):
            return Reading((), "another package was answered", found.trace_id)
        return found

    def package_results(self, package: str) -> Reading:
        """The result of every offer of a package; refused where it is asked for too early."""
        shared: dict[str, Any] = {}

        def keep(item: Item) -> Item:
            """The item, what most items say alike kept once."""
            return {
                name: shared.setdefault(repr(v), v) if name in ALIKE else v
                for name, v in item.items()
            }

        return self._list(
            "package-results", {}, parts=(package,), belongs=lambda _: True, keep=keep
        )

    def xml_package(self, package: str) -> Reading:
        """The state of an XML package."""
        return self._single("xml-package-state", package)

    def offers(self, channel: str, references: Sequence[str] | None = None) -> Reading:
        """The offers on `channel`: those of `references`, or all of them.

        How several references are written in one query is not public, and one that is read
        wrongly would look like offers that are not there: few are asked for one by one, many are
        picked out of all offers.
        """
        if references is None:
            return self._offers(channel, None)
        wanted = frozenset(references)
        if len(wanted) > MOST_SINGLE or any("," in reference for reference in wanted):
            every = self._offers(channel, None)
            picked = (o for o in every.items if o["sellerExternalReference"] in wanted)
            return Reading(tuple(picked), every.incomplete, every.trace_id)
        found: list[Item] = []
        trace = None
        for reference in sorted(wanted):
            part = self._offers(channel, reference)
            found, trace = found + list(part.items), part.trace_id
            if part.incomplete is not None:
                return Reading(tuple(found), part.incomplete, trace)
        return Reading(tuple(found), None, trace)

    def _offers(self, channel: str, reference: str | None) -> Reading:
        query = {"salesChannelId": channel}
        if reference is not None:
            query["sellerExternalReferences"] = reference
        return self._list(
            "offers",
            query,
            belongs=lambda o: reference in {None, o["sellerExternalReference"]},
            key=lambda o: o.get("offerId", o["sellerExternalReference"]),
        )

    def carriers(self) -> Reading:
        """The carriers that shipments may name."""
        return self._list("carriers", {}, belongs=lambda _: True)

    def cancellation_reasons(self, channel: str, state: str) -> Reading:
        """The reasons that a seller may cancel for, in a state: `{"code": ...}` each."""
        query = {"salesChannel": channel, "userType": "Seller", "orderStatus": state}
        found = self._answered("cancellation-reasons", (), query)
        if isinstance(found, str):
            return Reading((), found)
        items = found.body["items"] if isinstance(found.body, dict) else found.body
        return Reading(tuple(_reason(item) for item in items), None, found.trace_id)

    def _single(self, name: str, *parts: str) -> Reading:
        found = self._answered(name, parts, {})
        if isinstance(found, str):
            return Reading((), found)
        items = () if found.status == NOT_FOUND else (found.body,)
        return Reading(items, None, found.trace_id)

    def _answered(
        self, name: str, parts: tuple[str, ...], query: Mapping[str, str]
    ) -> Answer | str:
        """A believable answer, which may be that there is no such thing; else why not."""
        endpoint = octopia().named(name)
        outcome = ask(self.sender, path_of(endpoint, *parts), query)
        if isinstance(outcome, Answer) and (outcome.well or _no_such_thing(outcome)):
            return outcome
        return told(outcome)

    def _list(self, name: str, query: Mapping[str, str], **how: Any) -> Reading:
        return read_list(self.sender, octopia().named(name), query, **{"key": None, **how})


def _no_such_thing(answer: Answer) -> bool:
    """Whether it is the marketplace that says so: a gateway's 404 proves nothing."""
    return answer.status == NOT_FOUND and answer.fault is None and isinstance(answer.body, dict)


def _reason(item: Any) -> Item:
    """A reason as an object with its `code`, however the marketplace writes it."""
    if isinstance(item, str):
        return {"code": item}
    code = item.get("code") or item.get("reason") or item.get("reference")
    return {**item, "code": code}
