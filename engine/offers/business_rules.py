"""The marketplace's business rules as checks over the columns of offers.

What is asked, how surely and by whom it is said stands in `schemas/octopia/business-rules.json`;
here stands how it is found. A rule is checked only where the attributes it is about are written.
"""

from __future__ import annotations

from datetime import datetime

from engine.marketplace.channel import SalesChannel
from engine.marketplace.requirements import load_requirements
from engine.offers.check import Case, Check
from engine.offers.columns import OfferColumns
from engine.offers.package import PackageChoice
from engine.offers.rules_on_delivery import delivery_checks
from engine.offers.rules_on_prices import price_checks
from engine.offers.rules_on_sales import sale_checks
from engine.offers.rules_on_writing import writing_checks


def business_checks(
    columns: OfferColumns,
    channel: SalesChannel,
    choice: PackageChoice,
    *,
    now: datetime,
    activated: tuple[str, ...] | None = None,
) -> tuple[Check, ...]:
    """The checks that can find something on these columns, in the order of their codes.

    Args:
        columns: what the rules write.
        channel: whose rules hold.
        choice: the package of each offer.
        now: the instant of the run, with its zone.
        activated: the delivery modes of the seller's account, by any of their names; None where
            the settings do not say.

    Raises:
        ProjectError: the file of business rules that ships is damaged.
    """
    requirements = {rule.checked: rule for rule in load_requirements().values()}
    case = Case(columns, channel, choice, requirements, now, activated)
    found = [*price_checks(case), *sale_checks(case), *delivery_checks(case), *writing_checks(case)]
    return tuple(sorted(found, key=lambda check: check.code.number))
