"""A life of some messages, drawn from a seed: real outbox, simulated marketplace, disk and clock.

What must hold whatever happens is checked at the end, and in between: `run_seed` raises
`BrokenError` with what was broken and the way there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from simulator.disk import BESIDE, KilledError
from simulator.life import KILLS, Arriving, BrokenError, Life, lived
from simulator.market import CUSTOMER, DrawnFate, Fate, Market
from simulator.wishes import approved, order_for, wish

from engine.errors import JournalError
from engine.outbox.events import Event, State, Step
from engine.outbox.evidence import look
from engine.outbox.journal import AlreadySentError, Journal
from engine.outbox.message import Kind, Message
from engine.outbox.moments import MINUTE, SECOND
from engine.outbox.push import Looks, Push
from engine.outbox.settlement import Waits
from engine.transport.outcome import Call

OPPOSITE = {
    Kind.ACCEPT: Kind.REFUSE,
    Kind.REFUSE: Kind.ACCEPT,
    Kind.SHIP: Kind.CANCEL,
    Kind.CANCEL: Kind.SHIP,
    Kind.REFUND: Kind.REFUND,
    Kind.GESTURE: Kind.GESTURE,
}


class TroubledFate(DrawnFate):
    """A drawn fate that can let the process sleep before it sends, while others go on."""

    world: World

    def paused(self, call: Call) -> None:
        self.world.while_paused(call)


@dataclass(slots=True)
class World(Life):
    """One seller's messages about orders."""

    kinds: ClassVar[tuple[Kind, ...]] = tuple(Kind)
    opposite: ClassVar[Mapping[Kind, Kind]] = OPPOSITE
    exclusive: ClassVar[Sequence[set[str]]] = ({"Accepted", "Refused"}, {"ship", "cancel"})
    looks: ClassVar[Looks] = staticmethod(look)
    market: Any = field(init=False)  # a `Market`, or what stands in its place
    messages: dict[str, Message] = field(default_factory=dict)
    lifetimes: dict[str, int] = field(default_factory=dict)
    expiries: dict[str, int] = field(default_factory=dict)
    approvals: dict[str, int] = field(default_factory=dict)
    depth: int = 0
    sending: Journal | None = None

    def __post_init__(self) -> None:
        Life.__post_init__(self)
        fate = TroubledFate(self.random, self.random.choice((0.2, 0.5, 0.9)))
        fate.world = self
        self.market = self.open_market(fate)

    @property
    def waits(self) -> Waits:
        """In some lives what may be sent again has little time: in few would it take six hours."""
        return Waits(repeat_within=30 * MINUTE) if self.seed % 7 == 6 else Waits()

    def open_market(self, fate: DrawnFate) -> Any:
        """The marketplace of this life."""
        return Market(self.clock, fate)

    @property
    def place(self) -> Arriving:
        market: Arriving = self.market
        return market

    # The seller's wishes

    def make_wishes(self) -> None:
        self.add_order(self.random.choice(self.kinds), "ORDER-OF-OTHERS")
        for number in range(self.random.choice((1, 1, 2, 3))):
            kind = self.random.choice(self.kinds)
            order = f"O-{number}"
            self.add_order(kind, order)
            self.want(kind, order)
            if self.random.random() < 0.3:
                self.want(self.opposite[kind], order, variant="-2")

    def add_order(self, kind: Kind, name: str) -> None:
        """An order on which an action of this kind can be done."""
        self.market.add(order_for(kind, name))

    def want(self, kind: Kind, order: str, *, variant: str = "") -> Message:
        """The seller wants something done."""
        made = self.wish(kind, order, variant)
        self.messages[made.id] = made
        return made

    def wish(self, kind: Kind, order: str, variant: str) -> Message:
        """The message that does it."""
        return wish(kind, self.market.orders[order], variant=variant)

    def plan_again(self) -> None:
        """The same wishes, as another plan makes them: they are the same messages."""
        for known in list(self.messages.values()):
            again = Message(
                known.seller,
                known.channel,
                known.kind,
                known.subject,
                known.natural_key,
                known.lines,
                known.call,
            )
            self.messages[again.id] = again

    # The seller's processes

    def push(self, *, approving: bool, at: int = 0, how: str = "") -> str:
        """A process that approves what is wanted, if it does, and sends."""

        def work(journal: Journal) -> str:
            for message in self.messages.values() if approving else ():
                self._approve(journal, message)
            self.sending = journal
            looks = type(self).looks
            Push(journal, self.market, self.messages, self.waits, looks=looks).run()
            return "ended"

        return self.process(work, at=at, how=how)

    def _approve(self, journal: Journal, message: Message) -> None:
        try:
            lifetime = self.lifetimes.setdefault(
                message.id, self.random.choice((10, 40, 90)) * MINUTE
            )
            known = journal.record(message.id)
            expires = self.clock.wall + lifetime
            if known is None:
                self.approvals[message.id] = self.clock.true
                self.expiries[message.id] = self.clock.true + lifetime
            journal.approve(approved(message, self.clock.wall, expires=expires))
        except AlreadySentError:
            self.say(f"{message.kind} excluded")

    def while_paused(self, call: Call) -> None:
        """The process decided to send, and sleeps: time passes, others may try to send as well."""
        self.check_write(call)
        if self.random.random() > 0.15 or self.depth:
            return
        self.depth += 1
        own = self.sending
        kept = (self.disk.at, self.disk.how, self.disk.writes, self.disk.synchronous)
        for _ in range(self.random.choice((1, 3))):
            self.pass_time(self.random.choice((MINUTE, 20 * MINUTE)))
            said = self.push(approving=False)
            self.say(f"  while it sleeps, another: {said}")
        self.disk.at, self.disk.how, self.disk.writes, self.disk.synchronous = kept
        self.sending = own
        self.depth -= 1
        if self.random.random() < 0.3:
            # What it sent arrives, and it dies before it can note an answer.
            self.market.apply(call)
            raise KilledError

    def check_write(self, call: Call) -> None:
        """What must hold whenever something goes out."""
        message = next((m for m in self.messages.values() if m.call == call), None)
        if message is None:
            raise BrokenError(f"sent what nobody approved: {call}")
        if message.account != self.seller:
            raise BrokenError("sent for another seller")
        if self.sending is not None and self.sending.halts:
            raise BrokenError(f"sent while halted: {self.sending.halts}")
        self._in_time(message)

    def _in_time(self, message: Message) -> None:
        """Nothing goes out for the first time after its plan expired, nor long after that again.

        The first time is that of the first claim which was not taken back. Where its sender died,
        nobody can know whether anything left: what follows may be the second time, and is sent as
        such, after the quarantine that outlasts most plans. What certainly had no effect (no
        connection, an old token, to come later) leaves the message as new as it was.
        """
        entries = self.sending.entries(message.id) if self.sending is not None else ()
        steps = Counter(e.event.step for e in entries)
        claims = steps[Step.CLAIM] - steps[Step.RETURN]
        if claims < 1:
            raise BrokenError(f"{message.kind} sent without a claim")
        # With the wall clock moved and the machine started again, nobody can know how late it is.
        if self.clock.jumped and self.clock.rebooted:
            return
        late = self.clock.true - self.expiries[message.id]
        if claims == 1 and late > 0:
            raise BrokenError(f"{message.kind} sent {late // 1000} s after its plan expired")
        since = self.clock.true - self.approvals[message.id]
        if claims > 1 and since > self.waits.repeat_within:
            raise BrokenError(f"{message.kind} sent again {since // 1000} s after its approval")

    # Time and people

    def people(self) -> None:
        """A person lifts halts, and releases what is held where the evidence says: not there."""
        try:
            with self.quiet_journal() as journal:
                for name in list(journal.halts):
                    if self.random.random() < 0.7:
                        journal.lift(name, "Ada", "looked")
                for record in journal.records(State.HELD):
                    last = [e.event.data for e in journal.entries(record.id)][-1]
                    seen = last.get("look", {}).get("seen")
                    if seen == "absent" and record.sends < 3 and self.random.random() < 0.5:
                        self.say(f"released {record.kind}")
                        journal.append(Event(Step.RELEASE, record.id, {"by": "Ada"}))
                        self.approvals[record.id] = self.clock.true
        except JournalError as fault:
            self.say(f"person: {fault}")
            raise BrokenError(f"the journal cannot be opened any more: {fault}") from None

    def back_office(self) -> None:
        """A person does one of the wishes by hand."""
        message = self.random.choice(list(self.messages.values()))
        if any(e.order == message.subject for e in self.market.ledger):
            return
        if any(c.path == message.call.path for _, c in self.market.under_way):
            return
        self.say(f"by hand: {message.kind}")
        self.market.by_hand(message.call)
        self.pass_time(16 * MINUTE)  # and it shows, before anything is sent

    # A life

    def live(self) -> None:
        self.make_wishes()
        if self.random.random() < 0.15:
            self.back_office()
        for _ in range(self.random.randrange(2, 7)):
            self.turn()
        self.settle_down()
        self.check()

    def turn(self) -> None:
        at, how = 0, ""
        if self.random.random() < 0.5:
            at = self.random.randrange(1, 30)
            how = self.random.choice(KILLS)
        if self.random.random() < 0.1:
            self.plan_again()
        said = self.push(approving=True, at=at, how=how)
        self.say(f"run {how}@{at}: {said}")
        if said != "ended":
            self.may_lose_power()
        self.trouble_clocks(0.06, SECOND, MINUTE)
        self.pass_time(
            self.random.choice((SECOND, SECOND, MINUTE, 6 * MINUTE, 16 * MINUTE, 45 * MINUTE))
        )
        if self.random.random() < 0.3:
            self.people()

    def settle_down(self) -> None:
        """Nothing goes wrong any more: whatever is open must come to an end."""
        self.market.fate = Fate()
        self.disk.at = 0
        for _ in range(6):
            self.pass_time(20 * MINUTE)
            self.say(f"quiet run: {self.push(approving=False)}")
            with self.quiet_journal() as journal:
                for name in list(journal.halts):
                    journal.lift(name, "Ada", "looked")

    # What must hold

    def check(self) -> None:
        with self.quiet_journal() as journal:
            records = {r.id: r for r in journal.records()}
        done = Counter((e.order, e.what) for e in self.market.ledger)
        ours = Counter((e.order, e.what) for e in self.market.ledger if e.by == "request")
        doubles = {k: n for k, n in done.items() if n > 1}
        if doubles:
            raise BrokenError(f"done twice: {doubles}")
        if any(e.order == "ORDER-OF-OTHERS" for e in self.market.ledger):
            raise BrokenError("something was done to an order that nobody named")
        self._no_opposites(done)
        for record in records.values():
            effects = done[record.subject, self.effect_of(self.messages[record.id])]
            if record.kind in {Kind.CANCEL, Kind.REFUND}:
                # Cancelled lines are proof, whatever reason somebody else gave for them.
                effects = sum(
                    n
                    for (o, w), n in done.items()
                    if o == record.subject and w.startswith(("cancel", "refund"))
                )
            if record.state is State.CONFIRMED and not effects:
                raise BrokenError(f"{record.kind} is confirmed and was never done")
            effects = ours[record.subject, self.effect_of(self.messages[record.id])]
            if record.state in {State.REFUSED, State.WITHDRAWN} and effects:
                raise BrokenError(f"{record.kind} is {record.state} and was done: {record.why}")
            if record.state is not State.HELD and not record.final:
                raise BrokenError(f"{record.kind} never came to an end: {record}")
        self._no_secrets()

    def _no_opposites(self, done: Counter[tuple[str, str]]) -> None:
        for order in self.market.orders:
            words = {what.split()[0] for subject, what in done if subject == order}
            for pair in self.exclusive:
                if pair <= words:
                    raise BrokenError(f"order {order}: {' and '.join(sorted(pair))}")
            refunds = [
                w for subject, w in done if subject == order and w.startswith(("cancel", "refund"))
            ]
            if len(refunds) > 1:
                raise BrokenError(f"order {order}: money back twice: {refunds}")

    def effect_of(self, message: Message) -> str:
        key = message.natural_key
        match message.kind:
            case Kind.ACCEPT:
                return "Accepted"
            case Kind.REFUSE:
                return "Refused"
            case Kind.SHIP:
                return "ship " + ",".join(key["parcels"])
            case Kind.CANCEL | Kind.REFUND:
                return f"cancel {key['reason']}"
            case Kind.GESTURE:
                return f"gesture {key['amount']} {key['reason']}"

    def _no_secrets(self) -> None:
        for beside in BESIDE:
            file = self.path.with_name(self.path.name + beside)
            if file.exists():
                content = file.read_bytes()
                for secret in (*CUSTOMER.split(), "Bearer"):
                    if secret.encode() in content:
                        raise BrokenError(f"{file.name} holds {secret}")


def run_seed(seed: int) -> World:
    """Live one life of messages about orders.

    Raises:
        BrokenError: something that must hold does not.
    """
    return lived(World, seed)
