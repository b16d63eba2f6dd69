"""Sending messages about orders: each at most as often as its class allows, each looked at first.

One run takes every message that is not final as far as it can be taken now. It may be killed
anywhere: the journal knows what was claimed, and what was claimed and not answered is unknown
until a read after the quarantine tells. Nothing waits for one message but that message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from engine.errors import HaltedError, JournalError
from engine.octopia.retry import Next, Verdict, next_step
from engine.outbox.canonical import hash_of
from engine.outbox.events import UNDONE, Event, Record, State, Step, StepError
from engine.outbox.evidence import Look, Seen, look
from engine.outbox.journal import Journal
from engine.outbox.message import Message
from engine.outbox.moments import MINUTE, SECOND, Moment
from engine.outbox.obstacles import NotedSender, Obstacle, clock_time, halted, words_of
from engine.outbox.settlement import Waits, settle
from engine.transport.outcome import Answer, Sender

Looks = Callable[[Sender, Record], Look]


class Done(Struct):
    """What a run came to: how much moved, by message what is in its way, and what ended undone.

    `said` are the marketplace's own words where it refused a message. They are shown and not kept: the
    journal holds no text of others, who may name a customer.
    """

    moved: int = 0
    notes: dict[str, Obstacle] = msgspec.field(default_factory=dict)
    # refused or withdrawn, by message
    undone: dict[str, Record] = msgspec.field(default_factory=dict)
    said: dict[str, str] = msgspec.field(default_factory=dict)


@dataclass(slots=True)
class Push:
    """A run over the messages of one seller."""

    journal: Journal
    sender: Sender
    messages: Mapping[str, Message]  # by id: those whose payloads are at hand
    waits: Waits = field(default_factory=Waits)
    done: Done = field(default_factory=Done)
    looks: Looks = look
    line: NotedSender = field(init=False)

    def __post_init__(self) -> None:
        self.line = NotedSender(self.sender)

    def run(self) -> Done:
        """Take every message as far as it can be taken now.

        Raises:
            JournalError: the journal cannot be written; nothing more was sent.
            HaltedError: something contradicts what seller this is.
        """
        self._same_seller(self.sender.seller)
        for orphan in self.journal.records(State.SENDING):
            # The quarantine starts now: whoever claimed it may have slept before it sent.
            self._move(orphan, Step.DOUBT, why="found claimed, its sender gone")
        # What may have had its effect is looked at before anything new goes out.
        for state in (State.HELD, State.ANSWERED, State.UNKNOWN, State.APPROVED):
            for record in sorted(
                self.journal.records(state), key=lambda r: (r.approved.wall, r.id)
            ):
                self._advance(record)
        return self.done

    def _advance(self, record: Record) -> None:
        match record.state:
            case State.APPROVED:
                self._send(record)
            case State.ANSWERED | State.UNKNOWN | State.HELD:
                self._settle(record)
            case State.SENDING | State.CONFIRMED | State.REFUSED | State.WITHDRAWN:
                pass

    # Looking

    def _look(self, record: Record) -> Look:
        found = self.looks(self.line, record)
        if found.seller is not None:
            self._same_seller(found.seller)
        return found

    def _same_seller(self, seller: str) -> None:
        """An aggregator's token is good for several sellers: the server catches no mix-up."""
        if seller != self.journal.seller:
            self.journal.halt("seller", f"seller {seller} where {self.journal.seller} was expected")
            raise HaltedError(
                f"seller {seller} where {self.journal.seller} was expected; nothing more was sent"
            )

    # Sending

    def _send(self, record: Record) -> None:
        """Look, claim, send, note; again where nothing left, or the token was old."""
        renewed = False
        for number in range(self.waits.tries):
            if self._hindered(record):
                return
            message = self.messages[record.id]
            looked = self.journal.clock.now()
            seen = self._look(record)
            if not self._permits(record, seen):
                return
            claimed = self._move(record, Step.CLAIM, n=record.sends + 1)
            # Looking and claiming took their time: both limits are asked once more, at the last moment.
            late = self._too_late(record) or self._look_too_old(looked)
            if late:
                self._hindered(self._move(claimed, Step.RETURN, why=late))
                return
            verdict, record = self._call(claimed, message, renewed=renewed)
            if verdict.next not in {Next.RENEW, Next.SEND_AGAIN, Next.WAIT}:
                break
            if verdict.next is Next.WAIT:
                self.done.notes[record.id] = _asked_to_wait(record)
                break
            self.done.notes[record.id] = self.line.obstacle(_until(record))
            if verdict.next is Next.RENEW:
                renewed = True
                if not self.line.renew():
                    return
            elif number + 1 < self.waits.tries:
                self.journal.clock.sleep(self.waits.back_off * 2**number)
        if record.state in {State.ANSWERED, State.UNKNOWN}:
            self._settle(record)

    def _hindered(self, record: Record) -> bool:
        """Whether something is in the way of a message; it is noted."""
        obstacle = self._obstacle(record)
        if obstacle is None:
            self.done.notes.pop(record.id, None)
            return False
        self.done.notes[record.id] = obstacle
        return True

    def _obstacle(self, record: Record) -> Obstacle | None:
        """Why a message is not sent now, if something is in the way; what expired is withdrawn."""
        late = self._too_late(record)
        if late and record.sends:
            return _held(self._move(record, Step.HOLD, why=late))
        if late:
            self._move(record, Step.WITHDRAW, why=late)
            return Obstacle("nothing", late, "never", "plan it again: `feedwright orders plan`")
        if self.journal.halts:
            return halted(self.journal.halts)
        message = self.messages.get(record.id)
        if message is None:
            why = f"its plan {record.plan[:12]} is not kept in the plans' folder as it was pushed"
            return Obstacle("nothing", why, _until(record), "push the file of the plan once more")
        self._as_approved(record, message)
        if self.journal.clock.now().wall < record.not_before:
            return _asked_to_wait(record)
        blocked = self.line.blocked_seconds()
        if not blocked:
            return None
        return self.line.obstacle(f"in {blocked} s at the earliest; {_until(record)}")

    def _too_late(self, record: Record) -> str:
        """Why a message may not go out any more by itself, "" where it may.

        A plan's expiry is about the first time. What may have gone out is sent again after the
        quarantine, which outlasts the plans of orders; how long after, has its own limit.
        """
        now = self.journal.clock.now()
        if record.sends == 0:
            return "its plan expired before it was sent" if self._expired(record, now) else ""
        return "too long after its approval to be sent again" if self._stale(record, now) else ""

    def _expired(self, record: Record, now: Moment) -> bool:
        lifetime = record.expires - record.approved.wall
        return now.wall > record.expires or _older(record.approved, now, lifetime)

    def _stale(self, record: Record, now: Moment) -> bool:
        return _older(record.approved, now, self.waits.repeat_within)

    def _as_approved(self, record: Record, message: Message) -> None:
        if message.id != record.id or message.payload_hash != record.payload_hash:
            raise HaltedError(
                f"message {record.id[:12]} is not as it was approved; nothing was sent"
            )
        self._same_seller(message.seller)
        self._same_seller(message.account)

    def _permits(self, record: Record, seen: Look) -> bool:
        """Whether the fresh look lets the message go out; if not, note what it means."""
        evidence = seen.as_json()
        match seen.seen:
            case Seen.PRESENT:
                self._move(record, Step.CONFIRM, why=f"found: {seen.why}", look=evidence)
                return False
            case Seen.CONTRADICTED:
                step = Step.HOLD if record.sends else Step.WITHDRAW
                self._move(record, step, why=seen.why, look=evidence)
                return False
            case Seen.NO_PROOF:
                self.done.notes[record.id] = self.line.obstacle(_until(record), seen.why)
                return False
            case Seen.ABSENT:
                if not seen.ready:
                    why = f"it is not possible any more: {seen.why}"
                    self._move(record, Step.WITHDRAW, why=why, look=evidence)
                return seen.ready

    def _look_too_old(self, looked: Moment) -> str:
        age = self.journal.clock.now().since(looked)
        return "" if age is not None and age <= self.waits.fresh else "the look was too old"

    def _call(self, claimed: Record, message: Message, *, renewed: bool) -> tuple[Verdict, Record]:
        """The one place where a message goes out; what became of it is on the disk afterwards."""
        outcome = self.line.send(message.call)
        verdict = next_step(claimed.message_class, outcome, renewed=renewed)
        answer = outcome if isinstance(outcome, Answer) else None
        data = _told(answer)
        match verdict.next:
            case Next.ANSWERED:
                noted = self._move(claimed, Step.ANSWER, why=verdict.why, **data)
            case Next.SEND_AGAIN | Next.RENEW:
                noted = self._move(claimed, Step.RETURN, why=verdict.why, **data)
            case Next.WAIT:
                until = self.journal.clock.now().wall + verdict.wait_seconds * SECOND
                data |= {"not_before": until, "turned_away": 1}
                noted = self._move(claimed, Step.RETURN, why=verdict.why, **data)
            case Next.CHECK_REFUSAL | Next.STOP:
                refusal = None if answer is None else answer.status
                self._heard(claimed, words_of(answer))
                noted = self._move(claimed, Step.DOUBT, why=verdict.why, refusal=refusal, **data)
            case Next.UNKNOWN | Next.ABANDON | Next.READ_BACK:
                noted = self._move(claimed, Step.DOUBT, why=verdict.why, **data)
        if verdict.halt is not None:
            self.journal.halt(verdict.halt, f"{verdict.why} on {claimed.kind}")
        return verdict, noted

    def _heard(self, record: Record, said: str) -> None:
        if said:
            self.done.said[record.id] = said

    # Settling

    def _settle(self, record: Record) -> None:
        """Find out what became of what was answered, or is unknown, as far as a look tells now."""
        seen = self._look(record)
        self._heard(record, seen.said)
        quarantine = max(self.waits.quarantine, 3 * self.journal.longest_lag)
        events = settle(record, seen, self.journal.clock.now(), self.waits, quarantine)
        if events:
            record = self._append(record, *events)
        self._note_wait(record, seen, quarantine)

    def _note_wait(self, record: Record, seen: Look, quarantine: int) -> None:
        """What a message waits for after a look, if it waits."""
        if record.final or record.state is State.APPROVED:
            self.done.notes.pop(record.id, None)
            return
        if record.state is State.HELD:
            self.done.notes[record.id] = _held(record, seen.ship_by)
            return
        since = self.journal.clock.now() if record.since is None else record.since
        goes_on = f"`feedwright sync orders` after {clock_time(since.wall + quarantine)}"
        if seen.seen is Seen.NO_PROOF:
            self.done.notes[record.id] = self.line.obstacle(goes_on, seen.why)
            return
        self.done.notes[record.id] = Obstacle(
            f"to see whether it was done ({record.why})",
            seen.why,
            goes_on,
            "nothing",
            trouble=False,
        )

    # Writing

    def _move(self, record: Record, step: Step, **data: Any) -> Record:
        return self._append(record, Event(step, record.id, data))

    def _append(self, record: Record, *events: Event) -> Record:
        self.done.moved += 1
        try:
            moved = self.journal.append(*events, version=record.version)[-1]
        except StepError as fault:
            raise JournalError(f"{self.journal.path}: {fault}; nothing more was sent") from None
        if moved.state in UNDONE:
            self.done.undone[moved.id] = moved
        return moved


def _held(record: Record, ship_by: str | None = None) -> Obstacle:
    decide = f"`feedwright orders held` shows it, `orders release {record.id[:12]}` decides"
    goes_on = "once a person decided"
    if ship_by is not None:
        goes_on += f"; the order is to be shipped by {ship_by}"
    return Obstacle("all that is safe", f"held: {record.why}", goes_on, decide, trouble=False)


def _asked_to_wait(record: Record) -> Obstacle:
    goes_on = f"`feedwright sync orders` after {clock_time(record.not_before)}"
    why = "the marketplace asked to wait (429)"
    return Obstacle("to send it", why, goes_on, "nothing", trouble=False)


def _until(record: Record) -> str:
    """When a message that is not sent yet is tried again, and until when."""
    if record.sends:
        return "`feedwright sync orders` tries again"
    return f"`feedwright sync orders` tries again, until {clock_time(record.expires)}"


def _older(then: Moment, now: Moment, lifetime: int) -> bool:
    """Whether `then` lies longer back than `lifetime`, or nobody can tell: the clock was set back."""
    if now.boot == then.boot:
        return now.steady - then.steady > lifetime
    return not -5 * MINUTE <= now.wall - then.wall <= lifetime


def _told(answer: Answer | None) -> dict[str, Any]:
    """What is kept of an answer: its status and its request's name, its body only as a hash."""
    if answer is None:
        return {}
    return {"status": answer.status, "trace": answer.trace_id, "answer": hash_of(answer.body)}
