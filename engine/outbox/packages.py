"""Packages of offers as a two-phase commit: staged, checked, committed once, followed to the end.

Nothing shows before the commit, so what goes wrong before it is abandoned and built anew. From the
commit on a package may be shown at any moment: no other of its channel is committed until a read
says that it is at its end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from engine.errors import JournalError
from engine.octopia.reads import OctopiaReads
from engine.octopia.retry import Next, Verdict, next_step
from engine.outbox.book import IN_FLIGHT, OfferValue, Package, PackageState, PackageStep
from engine.outbox.canonical import canonical
from engine.outbox.events import Event, StepError
from engine.outbox.journal import Journal
from engine.outbox.moments import HOUR, MINUTE, SECOND
from engine.outbox.obstacles import NotedSender, Obstacle, clock_time, halted
from engine.outbox.offers import OfferLine, Part
from engine.outbox.rejections import rejection, rejection_key
from engine.outbox.results import Results, read_results
from engine.transport.outcome import Answer, Call, MessageClass, NotSent, Outcome, Sender

IN_A_CALL = 100
ODD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
LOOKS = "`feedwright sync offers` looks again"
WAITING, REJECTED, INTEGRATED = "WaitingForCompletion", "Rejected", "Integrated"


class PackageWaits(Struct, frozen=True):
    """How long things may take, in milliseconds."""

    fresh: int = 15 * MINUTE  # older stock is not committed
    again: int = 2 * MINUTE  # before the commit is repeated
    quarantine: int = 15 * MINUTE  # after the last commit: then no late one arrives any more
    first_poll: int = MINUTE
    longest_poll: int = 15 * MINUTE
    results: int = 48 * HOUR  # they vanish after 3 days
    tries: int = 3
    staging_looks: int = 5


def _nothing(_: str) -> None:
    """Nobody waits."""


@dataclass(slots=True)
class PackagePush:
    """Pushes packages of one seller on one channel.

    `channel` is the channel's name in rules, `remote_channel` what the marketplace calls it;
    `patience` how long a push waits for results, in milliseconds. `publish` puts the file of an
    XML package where the marketplace can fetch it, and says where.
    """

    journal: Journal
    sender: Sender
    channel: str
    remote_channel: str
    patience: int = 0
    waits: PackageWaits = field(default_factory=PackageWaits)
    publish: Callable[[str, Sequence[OfferLine]], str] | None = None
    notes: dict[str, Obstacle] = field(default_factory=dict)  # by package, or by part of the plan
    most_rejected: int = 20  # percent of a package; more halts
    tell: Callable[[str], None] = _nothing  # what is going on, for who waits
    line: NotedSender = field(init=False)

    def __post_init__(self) -> None:
        self.line = NotedSender(self.sender)

    # What is under way

    def settle(self) -> Package | None:
        """Take what is under way as far as it can be taken now; what is still in flight after it."""
        for package in self.journal.book.open_packages(self.channel):
            if package.state not in IN_FLIGHT:
                self._write(package, PackageStep.ABANDON, why="found unfinished")
        flying = self.journal.book.in_flight(self.channel)
        if flying is not None:
            self._follow(flying)
        return self.journal.book.in_flight(self.channel)

    def _follow(self, package: Package) -> None:
        """Look until the package is at its end, or patience is."""
        clock, poll, left = self.journal.clock, self.waits.first_poll, self.patience
        while True:
            self.notes[package.key] = self._under_way(package)
            self._look(package)
            package = self.journal.book.packages[package.key]
            if package.state not in IN_FLIGHT:
                del self.notes[package.key]
                return
            if left <= 0:
                return
            pause = min(poll, left)
            self.tell(f"package {package.key} is {package.state}: looked at in {pause // SECOND} s")
            clock.sleep(pause)
            left -= pause
            poll = min(poll * 2, self.waits.longest_poll)

    def _under_way(self, package: Package) -> Obstacle:
        since = "" if package.since is None else f" since {clock_time(package.since.wall)}"
        found = f"it is {package.state}{since}"
        return Obstacle(f"package {package.key}", found, LOOKS, "nothing", trouble=False)

    def _in_the_way(self, package: Package, why: str) -> None:
        self.notes[package.key] = self.line.obstacle(LOOKS, f"package {package.key}: {why}")

    def _look(self, package: Package) -> None:
        if package.remote is None:
            self._look_at_offers(package, "the answer that names the package was lost")
            return
        reads = OctopiaReads(self.line)
        read = reads.package if package.carrier == "json" else reads.xml_package
        found = read(package.remote)
        if found.incomplete is not None:
            self._in_the_way(package, found.incomplete)
            return
        if not found.items:
            self._look_at_offers(package, "the marketplace knows no such package any more")
            return
        item = found.items[0]
        state = str(item.get("state", item.get("status")))
        if state == WAITING:
            self._waiting(package)
        elif state == REJECTED:
            self._write(package, PackageStep.REJECT, why=_reason(item))
            rejected = self.journal.book.packages[package.key]
            self.notes[rejection_key(package)] = rejection(rejected)
        else:
            if package.state is PackageState.COMMITTING:
                self._write(package, PackageStep.INTEGRATE, state=state)
            if state == INTEGRATED:
                self._results(package)

    def _waiting(self, package: Package) -> None:
        """The commit did not arrive, or does not show yet."""
        now = self.journal.clock.now()
        waited = now.since(package.since) if package.since else None
        age = now.since(package.first) if package.first else None
        if waited is None:
            self._write(package, PackageStep.WAIT_AGAIN, why="the clocks cannot tell how long")
        elif waited >= self.waits.quarantine:
            self._write(package, PackageStep.ABANDON, why="its commit never arrived")
        elif (
            package.state is PackageState.COMMITTING  # what was answered is not said again
            and waited >= self.waits.again
            and age is not None
            and age <= self.waits.fresh
            and package.commits < self.waits.tries
            and not self.journal.halts
        ):
            self._write(package, PackageStep.COMMIT, offers=[], n=package.commits + 1)
            self._patch(self.journal.book.packages[package.key])

    def _results(self, package: Package) -> None:
        """Read the result of every offer; nothing is confirmed that no result confirms."""
        package = self.journal.book.packages[package.key]
        found = read_results(self.line, package, self.remote_channel)
        if isinstance(found, Results):
            self._finish(package, found)
            return
        self._in_the_way(package, f"its results: {found}")
        now = self.journal.clock.now()
        if package.first is not None and now.wall - package.first.wall > self.waits.results:
            self.journal.halt("results", f"package {package.key}: no results after 48 hours")
            self._look_at_offers(package, "its results were not read in time")

    def _look_at_offers(self, package: Package, why: str) -> None:
        """What the offers themselves show, after no late commit can arrive any more."""
        now = self.journal.clock.now()
        waited = now.since(package.since) if package.since else None
        if waited is None:
            self._write(package, PackageStep.WAIT_AGAIN, why="the clocks cannot tell how long")
        elif waited >= self.waits.quarantine:
            found = read_results(self.line, package, self.remote_channel, results=False)
            if isinstance(found, Results):
                self._finish(package, found)
                return
            self._in_the_way(package, f"{why}; {found}")

    def _finish(self, package: Package, found: Results) -> None:
        self._write(package, PackageStep.RESULTS, refused=dict(found.refused))
        number = len(package.offers)
        if package.remote is None and found.refused:
            # It may still be integrated, and an older price must not land after a newer one.
            self.journal.halt(
                "lost-package",
                f"the answer that names package {package.key} was lost, and {len(found.refused)} of "
                f"its {number} offers do not show: see in the back office whether it was taken",
            )
            return
        if number >= 10 and len(found.refused) * 100 > self.most_rejected * number:
            says = f"{len(found.refused)} of {number} offers of package {package.key} were refused"
            self.journal.halt("rejected-share", says)

    # New packages

    def push(self, parts: Sequence[Part], plan: str, made: int, expires: int) -> bool:
        """Push the parts one after the other; whether all of them are at their end.

        A part that was pushed before is not pushed again.
        """
        for part in parts:
            if self._ended(part, plan):
                continue
            if self.settle() is not None or not self._push(part, plan, made, expires):
                return False
        return True

    def _ended(self, part: Part, plan: str) -> bool:
        ended = {PackageState.DONE, PackageState.REJECTED}
        packages = self.journal.book.packages.values()
        return any((p.plan, p.part) == (plan, part.number) and p.state in ended for p in packages)

    def _push(self, part: Part, plan: str, made: int, expires: int) -> bool:
        of, until = f"part {part.number}", min(expires, made + self.waits.fresh)
        for _ in range(self.waits.tries):
            obstacle = self._obstacle(made, until)
            if obstacle is not None:
                self.notes[of] = obstacle
                return False
            package = self._staged(part, plan)
            if package is None:
                self.notes[of] = self.line.obstacle(_again(until))
                # What did not leave this machine three times will not a moment later.
                if self.journal.halts or isinstance(self.line.outcome, NotSent):
                    return False
                continue
            obstacle = self._obstacle(made, until)
            if obstacle is not None:
                self._write(package, PackageStep.ABANDON, why=obstacle.came_back)
                self.notes[of] = obstacle
                return False
            self.notes.pop(of, None)
            self._commit(package, part)
            package = self.journal.book.packages[package.key]
            if package.state in IN_FLIGHT:
                self._follow(package)
            package = self.journal.book.packages[package.key]
            if package.state is PackageState.ABANDONED:
                self.notes.setdefault(of, self.line.obstacle(_again(until)))
            return package.state in {PackageState.DONE, PackageState.REJECTED}
        return False

    def _obstacle(self, made: int, until: int) -> Obstacle | None:
        """What forbids a commit now, if anything does: age, a halt, a connection at rest."""
        now = self.journal.clock.now().wall
        if not made - 5 * MINUTE <= now <= until:
            why = f"its stock was good until {clock_time(until)}: 15 minutes"
            return Obstacle("to commit the plan", why, "never", "make another plan, and push it")
        if self.journal.halts:
            return halted(self.journal.halts)
        blocked = self.line.blocked_seconds()
        return self.line.obstacle(f"in {blocked} s; {_again(until)}") if blocked else None

    def _staged(self, part: Part, plan: str) -> Package | None:
        """A package that holds the part and waits for its commit; None where it was abandoned."""
        key = f"{plan[:12]}-{len(self.journal.book.packages)}"
        begun = {"channel": self.channel, "carrier": part.carrier, "type": part.type}
        data = {"package": key, "plan": plan, "part": part.number, "number": len(part.offers)}
        self.journal.append(Event(PackageStep.BEGIN, None, {**data, **begun}))
        package = self.journal.book.packages[key]
        if part.carrier == "xml":
            return package
        remote = self._create(part.type)
        if remote is None:
            self._write(package, PackageStep.ABANDON, why="it has no name")
            return None
        self._write(package, PackageStep.NAME, remote=remote)
        package = self.journal.book.packages[key]
        if not self._upload(remote, part.offers) or not self._waits_for_commit(remote):
            self._write(package, PackageStep.ABANDON, why="an upload is not certain")
            return None
        return package

    def _create(self, type_: str) -> str | None:
        outcome, verdict = self._stage(
            self._call("POST", "/offer-packages", {"packageType": type_})
        )
        if verdict.next is not Next.ANSWERED or not isinstance(outcome, Answer):
            return None
        place = outcome.headers.get("content-location") or outcome.headers.get("location") or ""
        name = place.rstrip("/").rpartition("/")[2]
        return name if ODD_ID.fullmatch(name) else None

    def _upload(self, remote: str, offers: Sequence[OfferLine]) -> bool:
        path = f"/offer-packages/{remote}/offer-requests"
        for first in range(0, len(offers), IN_A_CALL):
            texts = [offer.payload for offer in offers[first : first + IN_A_CALL]]
            body = f"[{','.join(texts)}]".encode()
            _, verdict = self._stage(Call("POST", path, self._headers(), body))
            if verdict.next is not Next.ANSWERED:
                return False
        return True

    def _stage(self, call: Call) -> tuple[Outcome, Verdict]:
        """Make a call that shows nothing; again where certainly nothing happened."""
        renewed = False
        for number in range(self.waits.tries):
            outcome = self.line.send(call)
            verdict = next_step(MessageClass.STAGE, outcome, renewed=renewed)
            if verdict.halt is not None:
                self.journal.halt(verdict.halt, f"{verdict.why} on {call.path}")
            if number + 1 == self.waits.tries:
                break
            match verdict.next:
                case Next.SEND_AGAIN:
                    self.journal.clock.sleep(SECOND * 2**number)
                case Next.WAIT:
                    self.journal.clock.sleep(verdict.wait_seconds * SECOND)
                case Next.RENEW if self.line.renew():
                    renewed = True
                case _:
                    break
        return outcome, verdict

    def _waits_for_commit(self, remote: str) -> bool:
        """Whether the marketplace says that everything that was uploaded is in the package."""
        for number in range(self.waits.staging_looks):
            found = OctopiaReads(self.line).package(remote)
            if found.incomplete is None and found.items:
                state = str(found.items[0].get("state"))
                if state == WAITING:
                    return True
            self.journal.clock.sleep(SECOND * 2**number)
        return False

    # The commit

    def _commit(self, package: Package, part: Part) -> None:
        address = None
        if part.carrier == "xml":
            if self.publish is None:
                self._write(package, PackageStep.ABANDON, why="no place is set for XML packages")
                self.notes[f"part {part.number}"] = Obstacle(
                    f"to publish the file of {len(part.offers)} offers as XML",
                    "feedwright.yaml says no place for it",
                    "once `sending.xml` stands there: push another plan",
                    "write `sending.xml` with `folder` and `url` into feedwright.yaml",
                )
                return
            address = self.publish(package.key, part.offers)
        values = [offer.value.as_json() for offer in part.offers]
        self.tell(f"package {package.key} is committed: {len(values)} offers as {part.carrier}")
        self._write(package, PackageStep.COMMIT, offers=values, n=1)
        for number in range(self.waits.tries):
            verdict = self._patch(self.journal.book.packages[package.key], address)
            if verdict.next is not Next.SEND_AGAIN:
                return
            if number + 1 < self.waits.tries:
                self.journal.clock.sleep(SECOND * 2**number)
                self._write(package, PackageStep.COMMIT, offers=[], n=1)
        self._write(package, PackageStep.ABANDON, why="its commit could not be sent")

    def _patch(self, package: Package, address: str | None = None) -> Verdict:
        if address is not None:
            call = self._call("POST", "/offer-integration-packages", address)
        else:
            call = self._call("PATCH", f"/offer-packages/{package.remote}", {"state": "Ready"})
        outcome = self.line.send(call)
        verdict = next_step(MessageClass.COMMIT, outcome)
        if verdict.next is Next.ANSWERED and isinstance(outcome, Answer):
            remote = _remote(outcome) if address is not None else None
            self._write(package, PackageStep.INTEGRATE, remote=remote, trace=outcome.trace_id)
        elif verdict.next is Next.SEND_AGAIN:
            self._write(package, PackageStep.UNCOMMIT, why=verdict.why)
        if verdict.halt is not None:
            self.journal.halt(verdict.halt, f"{verdict.why} on the commit of {package.key}")
        return verdict

    # Writing

    def _call(self, method: str, path: str, body: Any) -> Call:
        return Call(method, path, self._headers(), canonical(body))

    def _headers(self) -> tuple[tuple[str, str], ...]:
        seller = (("SellerId", self.journal.seller), ("SalesChannelId", self.remote_channel))
        return (*seller, ("Content-Type", "application/json"))

    def _write(self, package: Package, step: PackageStep, **data: Any) -> None:
        try:
            self.journal.append(Event(step, None, {"package": package.key, **data}))
        except StepError as fault:
            raise JournalError(f"{self.journal.path}: {fault}; nothing more was sent") from None


def _again(until: int) -> str:
    return f"push the same plan again until {clock_time(until)}: nothing is shown yet"


def _remote(answer: Answer) -> str | None:
    body = answer.body.get("packageId") if isinstance(answer.body, dict) else answer.body
    name = str(body) if isinstance(body, int | str) else ""
    return name if ODD_ID.fullmatch(name) else None


def _reason(item: Any) -> str:
    result = item.get("result") if isinstance(item, dict) else None
    if not isinstance(result, dict):
        return "the package was rejected, without a reason"
    return f"{result.get('resultCode', '')} {result.get('message') or ''}".strip()[:300]


__all__ = ["OfferValue", "PackagePush", "PackageWaits"]
