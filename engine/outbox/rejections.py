"""Packages that the marketplace rejected as a whole: none of their offers was taken."""

from __future__ import annotations

from engine.outbox.book import Package, PackageState
from engine.outbox.journal import Journal
from engine.outbox.obstacles import Obstacle
from engine.outbox.plan import OFFERS, subject_of


def rejected_packages(journal: Journal) -> list[Package]:
    """Those of each channel's last plan that was pushed: a later one has what is still to be sent."""
    return [
        package
        for package in journal.book.packages.values()
        if package.state is PackageState.REJECTED
        and package.plan == journal.pushes.get(subject_of(OFFERS, package.channel), (0, ""))[1]
    ]


def rejection_key(package: Package) -> str:
    """What the rejection of a package is noted under, beside what else is noted of it."""
    return f"rejected {package.key}"


def rejection(package: Package) -> Obstacle:
    """A rejected package as what is in the way of its offers."""
    remedy = "mend what it names, then plan and push again"
    if package.carrier == "xml":
        remedy = f"see that the marketplace can fetch the file below `sending.xml.url`, {remedy}"
    return Obstacle(
        f"package {package.key}",
        f"rejected: {package.why}",
        "the next plan sends its offers anew",
        remedy,
    )
