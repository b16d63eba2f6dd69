"""Tokens: asked for once, kept in memory until shortly before they expire, never written."""

from __future__ import annotations

import threading
from collections import deque
from urllib.parse import urlencode

from msgspec import Struct

from engine.transport.answers import problem_of, read_answer
from engine.transport.clock import Clock
from engine.transport.endpoint import TokenFacts
from engine.transport.http import HttpLine, HttpRequest, TokenAuth
from engine.transport.outcome import Answer, Lost, NotSent, NotSentReason
from engine.transport.secrets import Mask, Secret

LEEWAY = 120  # seconds: a request may take a minute, and clocks differ
HOUR = 3_600_000  # milliseconds
LONGEST = 86_400  # seconds that a token is believed to live, whatever its answer says


class Credentials(Struct, frozen=True):
    """What a token is asked for with."""

    id: Secret
    secret: Secret


class _Token(Struct, frozen=True):
    text: Secret
    good_until: int  # milliseconds of the clock


class TokenCache:
    """The token of one pair of credentials; asks for another only when it must."""

    def __init__(
        self, line: HttpLine, facts: TokenFacts, credentials: Credentials, clock: Clock, mask: Mask
    ) -> None:
        self._line, self._facts, self._credentials = line, facts, credentials
        self._clock, self._mask = clock, mask
        self._token: _Token | None = None
        self._asked: deque[int] = deque()
        self._lock = threading.Lock()
        mask.add(credentials.secret)
        mask.add(credentials.id)

    def auth(self) -> TokenAuth | NotSent:
        """What puts a token into a request that is good for a while; why not, where there is none.

        A missing token means that the request it was for was not sent.
        """
        with self._lock:
            token = self._token
            if token is None or self._clock.milliseconds() >= token.good_until:
                self._token = None
                found = self._ask()
                if isinstance(found, NotSent):
                    return found
                self._token = token = found
            return TokenAuth(token.text, self._facts.scheme)

    def drop(self) -> None:
        """Forget the token: the marketplace does not take it any more."""
        with self._lock:
            self._token = None

    def _ask(self) -> _Token | NotSent:
        now = self._clock.milliseconds()
        while self._asked and self._asked[0] <= now - HOUR:
            self._asked.popleft()
        if len(self._asked) >= self._facts.budget_per_hour:
            budget = self._facts.budget_per_hour
            return _none(f"{budget} tokens were asked for within the hour, which is all we allow")
        self._asked.append(now)
        match self._line.exchange(self._request()):
            case NotSent() as fault:
                return NotSent(fault.reason, f"asking for a token: {fault.detail}")
            case Lost() as fault:
                return _none(f"asking for it: {fault.kind}, {fault.detail}")
            case answer:
                return self._read(read_answer(answer, {200: self._facts.schema}), now)

    def _request(self) -> HttpRequest:
        given = {"id": self._credentials.id, "secret": self._credentials.secret}
        form = {
            field: word[1:] if word.startswith("=") else given[word].reveal()
            for field, word in self._facts.form.items()
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
        }
        return HttpRequest("POST", self._facts.url, headers, urlencode(form).encode())

    def _read(self, answer: Answer, asked_at: int) -> _Token | NotSent:
        if not answer.well:
            said = str(problem_of(answer)) if answer.fault is None else answer.fault
            return _none(self._mask(f"the token was refused: {said}"))
        text = Secret(answer.body[self._facts.token_field])
        self._mask.add(text)
        seconds = answer.body.get(self._facts.seconds_field, self._facts.default_seconds)
        # A token that lives shorter than the leeway is used for half of its life.
        useful = max(min(seconds, LONGEST) - LEEWAY, min(seconds, LONGEST) // 2)
        return _Token(text, asked_at + useful * 1000)


def _none(words: str) -> NotSent:
    return NotSent(NotSentReason.TOKEN, words)
