"""Messages about orders on their way: push a plan, and take on later what is not at its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from engine.errors import HaltedError, ProjectError
from engine.outbox.events import UNDONE, Record, State
from engine.outbox.evidence import look
from engine.outbox.journal import AlreadySentError, Journal
from engine.outbox.lengow_evidence import look_through_lengow
from engine.outbox.local_disk import private_file
from engine.outbox.message import Message
from engine.outbox.moments import Clock
from engine.outbox.obstacles import Obstacle
from engine.outbox.opening import seller_journal
from engine.outbox.order_plan import SENT, Planned, approve_plan, messages_of
from engine.outbox.plan import ORDERS, Plan, read_plan
from engine.outbox.push import Looks, Push
from engine.outbox.settings import LENGOW, Seller, Sending, sending_settings
from engine.pipeline import check
from engine.project import Project
from engine.sending.inputs import inputs_of, recorded
from engine.transport.outcome import Sender


def order_inputs(project: Project) -> dict[str, str]:
    """The hash of everything that decisions about orders are made from.

    Raises:
        ProjectError: a file cannot be read.
    """
    noting = recorded(project)
    check(noting)
    return inputs_of(noting, None)


def read_order_plan(path: Path) -> Plan:
    """The plan about orders in a file.

    Raises:
        ProjectError: it is none.
        HaltedError: it is not as it was written.
    """
    try:
        plan = _read(path.read_bytes(), str(path))
    except OSError as fault:
        raise ProjectError(f"{path}: {fault.strerror or fault}") from None
    if plan.kind != ORDERS:
        raise ProjectError(f"{path}: a plan of {plan.kind}; `feedwright push` takes those")
    return plan


def _read(text: bytes, name: str) -> Plan:
    """The plan in a text; of a plan of offers, which is JSON Lines, the first line."""
    try:
        return read_plan(text, name)
    except ProjectError:
        head = read_plan(text.partition(b"\n")[0], name)
        if head.kind == ORDERS:  # nothing stands below one of these
            raise
        return head


def keep_plan(sending: Sending, plan: Plan) -> None:
    """Keep a copy of a plan: what goes out once more is taken from it."""
    sending.plans.mkdir(parents=True, exist_ok=True)
    with private_file(sending.plans / f"{plan.hash}.json") as file:
        file.write(plan.text())


def kept_messages(sending: Sending, records: list[Record]) -> dict[str, Message]:
    """The messages of the kept plans that these records belong to.

    A plan that was damaged counts as one that is not there: it stops what stands in it, and nothing else.
    """
    found: dict[str, Message] = {}
    for name in sorted({record.plan for record in records}):
        path = sending.plans / f"{name}.json"
        if not path.is_file():
            continue
        with suppress(ProjectError, HaltedError):
            plan = read_order_plan(path)
            if plan.hash == name:
                found |= {p.message.id: p.message for p in messages_of(plan) if p.planned in SENT}
    return found


class Outcome(Struct, frozen=True):
    """What a run came to: the messages that are not at their end, why, and those that ended undone."""

    moved: int
    open: tuple[Record, ...]
    undone: tuple[Record, ...]  # refused or withdrawn: in this run, or of the plan that it pushed
    notes: Mapping[str, Obstacle]  # by message that is open
    said: Mapping[str, str]  # by message that the marketplace refused in this run: its words
    halts: Mapping[str, str]


def push_orders(
    project: Project,
    path: Path,
    sender: Sender,
    *,
    approver: str,
    clock: Clock,
    first: bool = False,
) -> Outcome:
    """Push a plan about orders: exactly it, each message as often as its class allows.

    `first`: a person looked at the actions of which none was ever sent.

    Raises:
        HaltedError: it may not be pushed.
        ProjectError, JournalError: see `read_order_plan`, `open_journal`.
    """
    plan = read_order_plan(path)
    sending = sending_settings(project)
    inputs = order_inputs(project)
    with seller_journal(sending, sender.seller, clock) as journal:
        new = _never_sent(journal, plan)
        if new and not first:
            raise HaltedError(
                f"nothing of this sort was ever sent from here: {', '.join(new)}; look at "
                f"`feedwright show {path}`, and if it is right: `feedwright orders push {path} --first`"
            )
        keep_plan(sending, plan)
        try:
            messages = approve_plan(plan, journal, approver, inputs)
        except AlreadySentError as fault:
            raise HaltedError(f"{fault}; make another plan") from None
        # Whoever pushes a plan once more, perhaps after a crash, is told of all that came to nothing.
        sent = [p.message.id for p in messages_of(plan) if p.planned in {*SENT, Planned.KNOWN}]
        return _run(sending, journal, sender, messages, sent)


def _never_sent(journal: Journal, plan: Plan) -> list[str]:
    """The kinds of action that the plan would send and the journal never saw: how often, and of which order."""
    known = {
        r.kind
        for r in journal.records()
        if r.channel == plan.channel and not (r.state is State.WITHDRAWN and r.sends == 0)
    }
    found: dict[str, list[str]] = {}
    for one in messages_of(plan):
        if one.planned in SENT and one.message.kind not in known:
            found.setdefault(one.message.kind.value, []).append(one.message.subject)
    return [f"{len(orders)} {kind} (order {orders[0]})" for kind, orders in sorted(found.items())]


def sync_orders(project: Project, sender: Sender, clock: Clock) -> Outcome:
    """Take on what is not at its end: look, wait, send once more where that is allowed.

    Raises:
        JournalError, HaltedError: see `open_journal` and `Push.run`.
    """
    sending = sending_settings(project)
    with seller_journal(sending, sender.seller, clock) as journal:
        return _run(sending, journal, sender, {})


def looks_of(seller: Seller) -> Looks:
    """How the effect of a seller's messages is looked for."""
    return look_through_lengow if seller.connector == LENGOW else look


def _run(
    sending: Sending,
    journal: Journal,
    sender: Sender,
    messages: Mapping[str, Message],
    pushed: Iterable[str] = (),
) -> Outcome:
    """Run over all that is open; `pushed` are messages whose end is told whenever it came."""
    open_states = (State.APPROVED, State.SENDING, State.ANSWERED, State.UNKNOWN, State.HELD)
    kept = kept_messages(sending, journal.records(*open_states))
    looks = looks_of(sending.seller(sender.seller))
    done = Push(journal, sender, {**kept, **messages}, sending.waits, looks=looks).run()
    undone = tuple(r for r in journal.records(*UNDONE) if r.id in {*done.undone, *pushed})
    ended = {record.id for record in undone}
    return Outcome(
        done.moved,
        tuple(journal.records(*open_states)),
        undone,
        {of: note for of, note in done.notes.items() if of not in ended},
        done.said,
        dict(journal.halts),
    )


def undone_text(record: Record) -> str:
    """A message that was refused or withdrawn: the order, the action, why, and what to do, in a line."""
    answered = "" if record.refusal is None else f" (answered {record.refusal})"
    remedy = "look at the order, and if it is still to be done: `feedwright orders plan`"
    if record.state is State.REFUSED:
        # What was refused is planned again only as another request, or where a person asks for it.
        remedy = (
            "look at the order, mend the wanted action, then `feedwright orders plan`; "
            f"as it was only with `--corrects {record.id[:12]}`"
        )
    what = f"{record.kind} of order {record.subject} is {record.state}{answered}: {record.why}"
    return f"{record.id[:12]}  {what}; {remedy}"


def held_text(record: Record, evidence: Mapping[str, object]) -> str:
    """A held message with its evidence, for who decides about it."""
    when = datetime.fromtimestamp(record.approved.wall // 1000, UTC)
    lines = [
        f"{record.id[:12]}  {record.kind} of order {record.subject}, sent {record.sends}x",
        f"  approved {when:%Y-%m-%d %H:%M} UTC by {record.approver}",
        f"  held because: {record.why}",
    ]
    facts = evidence.get("facts")
    if isinstance(facts, Mapping):
        lines += [f"  {name}: {value}" for name, value in sorted(facts.items())]
    return "\n".join(lines)
