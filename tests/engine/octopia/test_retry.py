"""What an outcome means: the whole table, by class."""

import pytest

from engine.octopia.retry import Next, next_step, wait_seconds
from engine.transport.outcome import Answer, Lost, LostKind, MessageClass, NotSent, NotSentReason

READ, STATE, MONEY, STAGE, COMMIT = MessageClass


@pytest.mark.parametrize("message_class", MessageClass)
@pytest.mark.parametrize("reason", NotSentReason)
def test_what_did_not_leave_is_sent_again(
    message_class: MessageClass, reason: NotSentReason
) -> None:
    assert next_step(message_class, NotSent(reason)).next is Next.SEND_AGAIN


@pytest.mark.parametrize("kind", LostKind)
@pytest.mark.parametrize(
    ("message_class", "expected"),
    [
        (READ, Next.SEND_AGAIN),
        (STATE, Next.UNKNOWN),
        (MONEY, Next.UNKNOWN),
        (STAGE, Next.ABANDON),
        (COMMIT, Next.READ_BACK),
    ],
)
def test_a_lost_answer(kind: LostKind, message_class: MessageClass, expected: Next) -> None:
    assert next_step(message_class, Lost(kind)).next is expected


@pytest.mark.parametrize("message_class", MessageClass)
@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_an_answer_as_expected(message_class: MessageClass, status: int) -> None:
    assert next_step(message_class, Answer(status)).next is Next.ANSWERED


TABLE = {
    STATE: {
        401: Next.RENEW,
        403: Next.STOP,
        429: Next.WAIT,
        400: Next.CHECK_REFUSAL,
        404: Next.CHECK_REFUSAL,
        409: Next.CHECK_REFUSAL,
        422: Next.CHECK_REFUSAL,
    },
    MONEY: {
        403: Next.STOP,
        400: Next.CHECK_REFUSAL,
        404: Next.CHECK_REFUSAL,
        409: Next.CHECK_REFUSAL,
        422: Next.CHECK_REFUSAL,
    },
    STAGE: {401: Next.RENEW, 403: Next.STOP, 429: Next.WAIT},
    COMMIT: {403: Next.STOP},
    READ: {401: Next.RENEW, 403: Next.STOP, 429: Next.WAIT},
}
OTHERWISE = {
    STATE: Next.UNKNOWN,
    MONEY: Next.UNKNOWN,
    STAGE: Next.ABANDON,
    COMMIT: Next.READ_BACK,
    READ: Next.SEND_AGAIN,
}


@pytest.mark.parametrize("message_class", MessageClass)
@pytest.mark.parametrize("status", [100, *range(300, 309), *range(400, 430), *range(500, 506), 599])
def test_every_status_of_every_class(message_class: MessageClass, status: int) -> None:
    expected = TABLE[message_class].get(status, OTHERWISE[message_class])
    found = next_step(message_class, Answer(status))
    assert found.next is expected
    assert (found.halt == "redirect") is (300 <= status < 400)
    assert (found.halt == "forbidden") is (status == 403)


@pytest.mark.parametrize("message_class", MessageClass)
def test_a_page_where_an_answer_was_expected_is_no_answer(message_class: MessageClass) -> None:
    found = next_step(message_class, Answer(200, fault="the body is HTML"))
    assert found.next is OTHERWISE[message_class]


def test_a_fresh_token_that_is_refused_stops_the_seller() -> None:
    found = next_step(STATE, Answer(401), renewed=True)
    assert found.next is Next.STOP
    assert found.halt == "credentials"


def test_a_full_server_and_money_is_unknown() -> None:
    assert next_step(MONEY, Answer(429)).next is Next.UNKNOWN
    assert next_step(MONEY, Answer(401)).next is Next.UNKNOWN


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("40", 40),
        ("0", 1),
        ("99999", 900),
        ("", 30),
        ("soon", 30),
        ("-4", 30),
        ("9" * 5000, 30),
        ("²", 30),
    ],
)
def test_how_long_to_wait(said: str, seconds: int) -> None:
    assert wait_seconds(Answer(429, {"retry-after": said})) == seconds
