"""The journal: what is written stays, what is changed shows, and only one process writes."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from simulator.clock import ManualClock

from engine.errors import JournalError
from engine.outbox.events import Event, Record, State, Step, StepError, approval
from engine.outbox.journal import AlreadySentError, Journal
from engine.outbox.local_disk import file_system_of
from engine.outbox.message import Kind, Message, natural_key
from engine.outbox.moments import Moment
from engine.outbox.opening import open_journal, read_journal
from engine.outbox.order_plan import record_of
from engine.transport.outcome import Call, MessageClass

SELLER = "98979"


def opened(folder: Path, clock: ManualClock | None = None) -> Journal:
    return open_journal(folder / "98979.sqlite", clock or ManualClock(), seller=SELLER)


def wish(
    kind: Kind = Kind.ACCEPT, *, subject: str = "O-1", lines: tuple[str, ...] = ("*", "1")
) -> Message:
    paths = {Kind.ACCEPT: "approval-status", Kind.REFUSE: "approval-status", Kind.SHIP: "shipments"}
    path = f"/orders/{subject}/{paths[kind]}" if kind in paths else "/order-cancellation-requests"
    key = {"parcels": ["X1"]} if kind is Kind.SHIP else {}
    return Message(
        SELLER, "cdiscount_octopia", kind, subject, key, lines, Call("POST", path, (), b"{}")
    )


def record(message: Message) -> Record:
    return record_of(message, "p", "Ada", Moment(0, 0, ""), 0)


def test_what_is_written_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        approved = journal.approve(record(wish()))
        claimed = journal.append(Event(Step.CLAIM, approved.id), version=approved.version)[0]
    with opened(tmp_path) as journal:
        assert journal.record(approved.id) == claimed
        assert claimed.state is State.SENDING
        assert claimed.sends == 1
        assert [e.event.step for e in journal.entries()] == ["opened", "approve", "claim"]
        assert journal.records("approved") == []
        assert journal.records("sending") == [claimed]


def test_commits_are_synced(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        assert journal._connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert journal._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_second_process_is_turned_away_until_the_first_is_gone(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from engine.outbox.moments import SystemClock\n"
        "from engine.outbox.opening import open_journal\n"
        f"open_journal(Path(sys.argv[1]), SystemClock(), seller='{SELLER}')\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "98979.sqlite")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"open\n"
    with pytest.raises(JournalError, match="another process sends for this seller"):
        opened(tmp_path)
    holder.kill()
    holder.communicate()
    opened(tmp_path).close()


def test_an_open_journal_of_one_process_is_closed_to_it_as_well(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(JournalError, match="another process"):
        opened(tmp_path)
    opened(tmp_path).close()


def test_a_journal_belongs_to_one_seller(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with pytest.raises(JournalError, match="seller 98979, not 7"):
        open_journal(tmp_path / "98979.sqlite", ManualClock(), seller="7")


def test_a_reader_sees_and_cannot_write(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        journal.approve(record(wish()))
        reader = read_journal(journal.path, ManualClock())
        reader.load()
        assert [r.subject for r in reader.records()] == ["O-1"]
        with pytest.raises(JournalError, match="read only"):
            reader.halt("a", "b")
        reader.close()
    with pytest.raises(JournalError, match="no journal"):
        read_journal(tmp_path / "other.sqlite", ManualClock())


def test_the_same_wish_is_the_same_message_and_other_content_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        first = journal.approve(record(wish()))
        assert journal.approve(record(wish())) == first
        other = Message(
            **{
                f: getattr(wish(), f)
                for f in ("seller", "channel", "kind", "subject", "natural_key", "lines")
            },
            call=Call("POST", "/orders/O-1/approval-status", (), b'{"x":1}'),
        )
        with pytest.raises(AlreadySentError, match="other content"):
            journal.approve(record(other))


@pytest.mark.parametrize(
    ("first", "second", "excluded"),
    [
        (wish(Kind.ACCEPT), wish(Kind.REFUSE), True),
        (wish(Kind.SHIP), wish(Kind.CANCEL), True),
        (wish(Kind.CANCEL), wish(Kind.REFUND), True),
        (wish(Kind.REFUND, lines=("1",)), wish(Kind.CANCEL, lines=("1",)), True),
        (wish(Kind.REFUND, lines=("1",)), wish(Kind.CANCEL, lines=("2",)), False),
        (wish(Kind.REFUND, lines=("1",)), wish(Kind.CANCEL, lines=("*",)), True),
        (wish(Kind.CANCEL, lines=("*",)), wish(Kind.REFUND, lines=("9",)), True),
        (wish(Kind.ACCEPT), wish(Kind.SHIP), False),
        (wish(Kind.ACCEPT), wish(Kind.REFUSE, subject="O-2"), False),
    ],
)
def test_what_excludes_what(
    tmp_path: Path, first: Message, second: Message, *, excluded: bool
) -> None:
    with opened(tmp_path) as journal:
        journal.approve(record(first))
        if not excluded:
            journal.approve(record(second))
            return
        before = list(journal.entries())
        with pytest.raises(AlreadySentError, match="excludes"):
            journal.approve(record(second))
        assert list(journal.entries()) == before


def test_only_what_certainly_had_no_effect_frees_its_place(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        ship = journal.approve(record(wish(Kind.SHIP)))
        journal.append(Event(Step.WITHDRAW, ship.id, {"why": "expired"}))
        journal.approve(record(wish(Kind.CANCEL)))
    with opened(tmp_path / "b") as journal:
        ship = journal.approve(record(wish(Kind.SHIP)))
        for step in (Step.CLAIM, Step.DOUBT, Step.HOLD, Step.WITHDRAW):
            journal.append(Event(step, ship.id))
        with pytest.raises(AlreadySentError):
            journal.approve(record(wish(Kind.CANCEL)))
    opened(tmp_path / "b").close()


@pytest.mark.parametrize(
    "steps",
    [
        ("claim", "claim"),
        ("answer",),
        ("claim", "doubt", "repeat"),  # nothing was seen to be absent
        ("claim", "doubt", "absent", "repeat", "claim", "doubt", "absent", "repeat"),
        ("confirm", "claim"),
        ("claim", "answer", "repeat"),
        ("claim", "confirm"),
        ("release",),
        ("withdraw", "release"),
        ("claim", "doubt", "refuse", "confirm"),
    ],
)
def test_steps_that_cannot_happen_are_not_written(tmp_path: Path, steps: tuple[str, ...]) -> None:
    with opened(tmp_path) as journal:
        message = journal.approve(record(wish())).id
        for step in steps[:-1]:
            journal.append(Event(step, message))
        before = list(journal.entries())
        with pytest.raises(StepError):
            journal.append(Event(steps[-1], message))
        assert list(journal.entries()) == before


def test_money_goes_out_once_and_once_more_for_each_release(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        money = journal.approve(record(wish(Kind.REFUND)))
        assert money.message_class is MessageClass.MONEY
        for step in (Step.CLAIM, Step.DOUBT, Step.ABSENT):
            journal.append(Event(step, money.id))
        with pytest.raises(StepError):
            journal.append(Event(Step.REPEAT, money.id))
        for step in (
            Step.HOLD,
            Step.RELEASE,
            Step.CLAIM,
            Step.RETURN,
            Step.CLAIM,
            Step.DOUBT,
            Step.ABSENT,
        ):
            journal.append(Event(step, money.id))
        with pytest.raises(StepError):
            journal.append(Event(Step.REPEAT, money.id))


def test_a_claim_is_refused_to_who_has_not_seen_the_last_move(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        first = journal.approve(record(wish()))
        journal.append(Event(Step.CLAIM, first.id), Event(Step.RETURN, first.id))
        with pytest.raises(StepError, match="moved by another"):
            journal.append(Event(Step.CLAIM, first.id), version=first.version)


def test_an_older_copy_put_back_is_noticed(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        path = journal.path
    shutil.copy(path, tmp_path / "copy")
    with opened(tmp_path) as journal:
        journal.approve(record(wish()))
    shutil.copy(tmp_path / "copy", path)
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    with pytest.raises(JournalError, match="older copy"):
        opened(tmp_path)
    path.unlink()
    with pytest.raises(JournalError, match="had entries and is empty"):
        opened(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET data = replace(data, 'Ada', 'Eve') WHERE seq = 2",
        "UPDATE event SET wall = wall + 1 WHERE seq = 3",
        "DELETE FROM event WHERE seq = 2",
        "DELETE FROM event WHERE seq = 3",
        "INSERT INTO event SELECT 9, wall, steady, boot, step, message, data, checksum FROM event WHERE seq = 3",
        "UPDATE message SET state = 'approved'",
        "UPDATE message SET record = replace(record, '\"sends\":1', '\"sends\":0')",
        "DELETE FROM message",
        "DELETE FROM exclusive",
        "UPDATE exclusive SET line = '7' WHERE line = '1'",
    ],
)
def test_a_changed_row_stops_everything(tmp_path: Path, change: str) -> None:
    with opened(tmp_path) as journal:
        message = journal.approve(record(wish())).id
        journal.append(Event(Step.CLAIM, message))
        path = journal.path
    connection = sqlite3.connect(path)
    assert connection.execute(change).rowcount > 0
    connection.commit()
    connection.close()
    with pytest.raises(JournalError, match=r"[nN]othing is sent"):
        opened(tmp_path)


def test_halts_stand_until_they_are_lifted_by_name(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        journal.halt("price-move", "41 % of prices moved")
    with opened(tmp_path) as journal:
        assert journal.halts == {"price-move": "41 % of prices moved"}
        with pytest.raises(JournalError, match="no halt is called"):
            journal.lift("other", "Ada", "looked")
        journal.lift("price-move", "Ada", "new price list")
    with opened(tmp_path) as journal:
        assert journal.halts == {}


MOUNTS = """\
22 28 0:20 / / rw - ext4 /dev/vda rw
30 22 0:30 / /srv rw - nfs4 host:/x rw
31 30 0:31 / /srv/local\\040disk rw - xfs /dev/vdb rw
32 22 0:32 / /srvx rw - fuse.sshfs host: rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "ext4"),
        ("/var", "ext4"),
        ("/srv/a", "nfs4"),
        ("/srv/local disk/b", "xfs"),
        ("/srvx/a", "fuse.sshfs"),
        ("/srvxy", "ext4"),
    ],
)
def test_the_file_system_of_a_folder(folder: str, kind: str) -> None:
    assert file_system_of(Path(folder), MOUNTS) == kind


def test_a_network_disk_holds_no_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text("22 28 0:20 / / rw - nfs4 host:/x rw\n")
    monkeypatch.setattr("engine.outbox.local_disk.MOUNTS", mounts)
    with pytest.raises(JournalError, match="file system of kind nfs4"):
        opened(tmp_path)
    mounts.unlink()
    with pytest.raises(JournalError, match="unknown kind"):
        opened(tmp_path)


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    with opened(tmp_path / "journals") as journal:
        assert journal.path.stat().st_mode & 0o077 == 0
        assert journal.path.parent.stat().st_mode & 0o077 == 0


def test_natural_keys() -> None:
    assert natural_key(Kind.SHIP, [{"parcelNumber": "B"}, {"parcelNumber": "A"}], ("*",)) == {
        "parcels": ["A", "B"]
    }
    assert natural_key(Kind.REFUND, {"reason": "r"}, ("2", "1")) == {
        "lines": ["1", "2"],
        "reason": "r",
    }
    assert natural_key(Kind.ACCEPT, {}, ()) == {}
    for body in ({}, [], None, [{}]):
        with pytest.raises(ValueError, match="the body"):
            natural_key(Kind.SHIP, body, ())


def test_a_message_is_known_by_what_it_does_not_by_who_planned_it() -> None:
    assert wish().id == wish().id
    assert (
        len({wish(k, subject=s).id for k in Kind for s in ("1", "2") if k is not Kind.GESTURE})
        == 10
    )
    assert (
        wish(Kind.CANCEL).id
        != Message(
            **{
                f: getattr(wish(Kind.CANCEL), f)
                for f in ("seller", "channel", "kind", "subject", "natural_key", "lines", "call")
            },
            corrects="x",
        ).id
    )


def test_an_unknown_call_has_no_class() -> None:
    message = Message(SELLER, "c", Kind.SHIP, "1", {}, (), Call("DELETE", "/orders/1"))
    with pytest.raises(ValueError, match="no call that is known"):
        _ = message.message_class


def test_approval_keeps_no_payload(tmp_path: Path) -> None:
    assert "call" not in approval(record(wish())).data
    with opened(tmp_path) as journal:
        journal.approve(record(wish()))
