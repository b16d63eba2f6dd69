"""The client against a real server on loopback: tokens, breaker, pace, one seller, one at a time."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from engine.errors import ProjectError
from engine.sandbox.faults import KINDS, Rule
from engine.sandbox.server import Sandbox
from engine.transport.connection import Address, Connection
from engine.transport.outcome import Answer, Call, Lost, NotSent, NotSentReason

JSON = (("Content-Type", "application/json"),)
ACCEPT = b'{"approval_status":"Accepted"}'
WAITING = "SB10001-000001"  # a seeded order in the state WaitingAcceptance


def accept(order: str = WAITING, **headers: str) -> Call:
    return Call("POST", f"/orders/{order}/approval-status", (*JSON, *headers.items()), ACCEPT)


def read(order: str = WAITING) -> Call:
    return Call("GET", f"/orders/{order}")


def tokens(sandbox: Sandbox) -> int:
    return len(sandbox.world._asked)


# What tokens do


def test_a_token_is_asked_for_once(sandbox: Sandbox, connection: Connection) -> None:
    for _ in range(3):
        assert isinstance(connection.send(read()), Answer)
    assert tokens(sandbox) == 1


def test_a_token_is_renewed_before_it_expires(
    sandbox: Sandbox, connection: Connection, clock: Any
) -> None:
    connection.send(read())
    clock.now += (7200 - 121) * 1000
    connection.send(read())
    assert tokens(sandbox) == 1
    clock.now += 2 * 1000
    connection.send(read())
    assert tokens(sandbox) == 2


def test_a_read_goes_on_after_its_token_was_revoked(
    sandbox: Sandbox, connection: Connection
) -> None:
    connection.send(read())
    sandbox.world.revoke_tokens()
    outcome = connection.send(read())
    assert isinstance(outcome, Answer)
    assert outcome.well
    assert tokens(sandbox) == 2


def test_a_read_renews_only_once(sandbox: Sandbox, connection: Connection) -> None:
    sandbox.script.rules = [Rule("401", times=None)]
    outcome = connection.send(read())
    assert isinstance(outcome, Answer)
    assert outcome.status == 401
    assert tokens(sandbox) == 2


def test_a_write_is_not_repeated_for_a_revoked_token(
    sandbox: Sandbox, connection: Connection
) -> None:
    connection.send(read())
    sandbox.world.revoke_tokens()
    outcome = connection.send(accept())
    assert isinstance(outcome, Answer)
    assert outcome.status == 401
    assert connection.renew()
    again = connection.send(accept())
    assert isinstance(again, Answer)
    assert again.well
    assert [e.kind for e in sandbox.ledger.effects] == ["accept"]


def test_tokens_have_a_budget_below_the_quota(
    sandbox: Sandbox, connection: Connection, clock: Any
) -> None:
    assert all(connection.renew() for _ in range(100))
    assert not connection.renew()
    outcome = connection.send(read())
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.TOKEN
    assert tokens(sandbox) == 100
    clock.now += 3_600_000
    assert connection.renew()


def test_refused_credentials_send_nothing_and_stay_hidden(
    start_sandbox: Callable[..., Sandbox], connect_to: Callable[..., Connection]
) -> None:
    sandbox = start_sandbox()
    sandbox.script.rules = [Rule("401", on="POST /token", times=None)]
    outcome = connect_to(sandbox).send(accept())
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.TOKEN
    assert "401" in outcome.detail
    assert "s3cret-of-tests" not in repr(outcome)
    assert sandbox.ledger.effects == []


@pytest.mark.parametrize("fault", ["html", "wrong-schema", "truncated", "reset-after", "redirect"])
def test_no_token_means_that_nothing_was_sent(
    sandbox: Sandbox, connection: Connection, fault: str
) -> None:
    sandbox.script.rules = [Rule(fault, on="POST /token", times=None)]
    outcome = connection.send(accept())
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.TOKEN
    assert sandbox.ledger.effects == []


# One seller, known endpoints


def test_a_message_of_another_seller_is_not_sent(sandbox: Sandbox, connection: Connection) -> None:
    outcome = connection.send(accept(SellerId="10002"))
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.REFUSED_HERE
    assert tokens(sandbox) == 0


@pytest.mark.parametrize(
    "call",
    [
        Call("DELETE", "/orders/1"),
        Call("PUT", "/offers/1", JSON, b"{}"),
        Call("GET", "/orders/../sellers"),
        Call("GET", "/orders/%2E%2e"),
        Call("GET", "/orders/1 2"),
        Call("GET", "/orders/1\r\nX: 2"),
        Call("GET", "/orders/é"),
        Call("GET", "/orders/1", (("Authorization", "Bearer stolen"),)),
        Call("GET", "/orders/1", (("Host", "elsewhere.example"),)),
    ],
)
def test_what_is_not_known_is_not_called(
    sandbox: Sandbox, connection: Connection, call: Call
) -> None:
    outcome = connection.send(call)
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.REFUSED_HERE
    assert tokens(sandbox) == 0


def test_an_address_without_tls_is_refused(connect_to: Callable[..., Connection]) -> None:
    class Elsewhere:
        base, token_url = "http://api.example.test", "https://auth.example.test/token"

    with pytest.raises(ProjectError, match="only https"):
        connect_to(Elsewhere)
    Elsewhere.base, Elsewhere.token_url = "https://api.example.test", "http://auth.example.test"
    with pytest.raises(ProjectError, match="only https"):
        connect_to(Elsewhere)
    assert Address("a", "b").authority is None


def test_one_request_at_a_time(sandbox: Sandbox, connection: Connection) -> None:
    inside, most = 0, 0
    counting = threading.Lock()
    real = connection._line.exchange

    def watched(*arguments: Any) -> Any:
        nonlocal inside, most
        with counting:
            inside += 1
            most = max(most, inside)
        outcome = real(*arguments)
        with counting:
            inside -= 1
        return outcome

    connection._line.exchange = watched  # type: ignore[method-assign]
    threads = [threading.Thread(target=connection.send, args=(read(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert sandbox.ledger.effects == []


# When calls are repeated, and when none is made


def test_a_read_is_tried_five_times(sandbox: Sandbox, connection: Connection, clock: Any) -> None:
    sandbox.script.rules = [Rule("503-before", times=4)]
    outcome = connection.send(read())
    assert isinstance(outcome, Answer)
    assert outcome.well
    assert len(clock.waits) == 4
    for attempt, wait in enumerate(clock.waits):
        assert 0 <= wait <= 500 * 2**attempt


def test_a_write_is_tried_once(sandbox: Sandbox, connection: Connection, clock: Any) -> None:
    sandbox.script.rules = [Rule("503-before")]
    outcome = connection.send(accept())
    assert isinstance(outcome, Answer)
    assert outcome.status == 503
    assert clock.waits == []
    assert sandbox.ledger.effects == []


def test_five_failures_open_the_breaker_until_a_read_is_well(
    sandbox: Sandbox, connection: Connection, clock: Any
) -> None:
    sandbox.script.rules = [Rule("500-before", times=5)]
    for _ in range(5):
        assert connection.blocked_seconds() == 0
        connection.send(accept())
    assert connection.blocked_seconds() == 60
    assert isinstance(connection.send(read()), NotSent)
    clock.now += 60_000
    assert connection.blocked_seconds() == 0
    refused = connection.send(accept())
    assert isinstance(refused, NotSent)
    assert "a read must go first" in refused.detail
    assert isinstance(connection.send(read()), Answer)
    well = connection.send(accept())
    assert isinstance(well, Answer)
    assert well.well


def test_a_failed_read_keeps_the_breaker_open(
    sandbox: Sandbox, connection: Connection, clock: Any
) -> None:
    sandbox.script.rules = [Rule("500-before", times=6)]
    for _ in range(5):
        connection.send(accept())
    clock.now += 60_000
    connection.send(read())
    assert connection.blocked_seconds() == 60


def test_half_of_the_last_twenty_open_the_breaker(sandbox: Sandbox, connection: Connection) -> None:
    for number in range(20):
        assert connection.blocked_seconds() == 0, number
        sandbox.script.rules = [Rule("500-before")] if number % 2 else []
        connection.send(accept())
    assert connection.blocked_seconds() == 60


def test_a_retry_after_is_waited_for(sandbox: Sandbox, connection: Connection, clock: Any) -> None:
    sandbox.script.rules = [Rule("429", seconds=7)]
    outcome = connection.send(read())
    assert isinstance(outcome, Answer)
    assert outcome.status == 429
    assert connection.blocked_seconds() == 7
    assert isinstance(connection.send(accept()), NotSent)
    clock.now += 7_000
    well = connection.send(accept())
    assert isinstance(well, Answer)
    assert well.well


def test_a_very_long_retry_after_is_cut(sandbox: Sandbox, connection: Connection) -> None:
    sandbox.script.rules = [Rule("429", seconds=99_999)]
    connection.send(read())
    assert connection.blocked_seconds() == 15 * 60


# Every fault: what the client says of it, and what really happened


def said(outcome: object) -> str:
    match outcome:
        case NotSent():
            return "not sent"
        case Lost():
            return "lost"
        case Answer():
            return "well" if outcome.well else "fault" if outcome.fault else str(outcome.status)
    raise AssertionError(outcome)


EXPECTED = {
    "refuse": ("lost", 0),
    "reset-before": ("lost", 0),
    "stall-before": ("lost", 0),
    "html-before": ("fault", 0),
    "redirect": ("fault", 0),
    "400": ("400", 0),
    "401": ("401", 0),
    "403": ("403", 0),
    "404": ("404", 0),
    "409": ("409", 0),
    "422": ("422", 0),
    "429": ("429", 0),
    "500-before": ("500", 0),
    "502-before": ("502", 0),
    "503-before": ("503", 0),
    "reset-after": ("lost", 1),
    "stall-after": ("lost", 1),
    "truncated": ("lost", 1),
    "html": ("fault", 1),
    "wrong-schema": ("fault", 1),
    "huge": ("lost", 1),
    "400-after": ("400", 1),
    "409-after": ("409", 1),
    "500-after": ("500", 1),
    "502-after": ("502", 1),
    "503-after": ("503", 1),
    "late": ("lost", 0),
}


def test_every_fault_of_a_write_is_expected_here() -> None:
    assert set(EXPECTED) == {n for n, k in KINDS.items() if k.moment != "reading"}


@pytest.mark.parametrize("fault", EXPECTED)
def test_what_is_said_of_a_fault_and_what_took_effect(
    sandbox: Sandbox, connection: Connection, fault: str
) -> None:
    connection.send(read())
    sandbox.script.rules = [Rule(fault, on="POST *", milliseconds=0)]
    outcome = connection.send(accept())
    effects = len(sandbox.ledger.effects)
    assert (said(outcome), effects) == EXPECTED[fault]
    assert [do for do, _ in sandbox.script.struck] == [fault]
    # A `well` or a certain refusal before any effect is never said where the opposite is true.
    if effects:
        assert not isinstance(outcome, NotSent)


def test_a_refused_connection_after_a_break_sent_nothing(
    sandbox: Sandbox, connection: Connection
) -> None:
    connection.send(read())
    sandbox.script.rules = [Rule("refuse", on="POST *", milliseconds=600)]
    assert isinstance(connection.send(accept()), Lost)
    outcome = connection.send(accept())
    assert isinstance(outcome, NotSent)
    assert outcome.reason is NotSentReason.CONNECT
    assert sandbox.ledger.effects == []


def test_a_late_request_takes_effect_when_its_time_comes(
    sandbox: Sandbox, connection: Connection
) -> None:
    sandbox.script.rules = [Rule("late", on="POST *", seconds=30)]
    assert isinstance(connection.send(accept()), Lost)
    sandbox.clock.advance(29)
    connection.send(read())
    assert sandbox.ledger.effects == []
    sandbox.clock.advance(1)
    connection.send(read())
    assert [e.kind for e in sandbox.ledger.effects] == ["accept"]
