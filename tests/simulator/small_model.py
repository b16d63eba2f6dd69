"""A small model of sending, searched whole: every order of kills, losses, delays and lags.

One message, two processes, time in ticks. The server guards nothing: each request that arrives has
its effect, so that whatever keeps effects at one is the protocol. It is written apart from the
engine, from the protocol alone; `Rules` takes its safeguards out one by one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

APPROVED, SENDING, ANSWERED, UNKNOWN, HELD, CONFIRMED = range(6)
DOWN, IDLE, READ, CLAIMED, WAITING = range(5)


@dataclass(frozen=True, slots=True)
class Rules:
    """The protocol's choices, and what the world may do at worst (in ticks)."""

    sends: int = 2  # of a state-guarded message; money has one
    quarantine: int = 3
    longest_delay: int = 1  # a request arrives after at most so long, or never
    longest_lag: int = 1  # an effect shows in reads after at most so long
    from_discovery: bool = True
    lock: bool = True
    lease: int | None = None  # a lock that expires by itself
    evidence: bool = True  # absence is read before a second send


@dataclass(frozen=True, slots=True)
class Process:
    """A process: where it is, and the attempt it believes to be making."""

    at: int = DOWN
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """Everything that matters, so that states can be told apart."""

    message: int = APPROVED
    attempts: int = 0
    age: int = 0  # ticks since the quarantine's start
    processes: tuple[Process, Process] = (Process(), Process())
    holder: int | None = None
    lease_age: int = 0
    flying: tuple[int, ...] = ()  # ages of requests on their way
    effects: int = 0
    effect_age: int = 0


@dataclass(frozen=True, slots=True)
class Searched:
    """The end of a search: how many states there are, and the way to a double effect."""

    states: int
    double: tuple[str, ...] | None


def search(rules: Rules) -> Searched:
    """Search every state that can be reached, nearest first, until one has two effects."""
    start = State()
    came: dict[State, tuple[State, str] | None] = {start: None}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if state.effects > 1:
            return Searched(len(came), _way(came, state))
        for step, following in _steps(rules, state):
            if following not in came:
                came[following] = (state, step)
                queue.append(following)
    return Searched(len(came), None)


def _way(came: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    steps: list[str] = []
    while (before := came[state]) is not None:
        state, step = before
        steps.append(step)
    return tuple(reversed(steps))


def _steps(rules: Rules, state: State) -> Iterator[tuple[str, State]]:
    yield from _tick(rules, state)
    for place, age in enumerate(state.flying):
        rest = state.flying[:place] + state.flying[place + 1 :]
        yield f"a request is lost after {age}", replace(state, flying=rest)
        first = state.effect_age if state.effects else 0
        yield (
            f"a request arrives after {age}",
            replace(state, flying=rest, effects=state.effects + 1, effect_age=first),
        )
    for number in (0, 1):
        for step, following in _process_steps(rules, state, number):
            yield f"process {number}: {step}", following


def _tick(rules: Rules, state: State) -> Iterator[tuple[str, State]]:
    if any(age >= rules.longest_delay for age in state.flying):
        return  # what is on its way arrives or is lost before more time passes
    capped = min(state.effect_age + 1, rules.longest_lag + 1) if state.effects else 0
    yield (
        "time passes",
        replace(
            state,
            age=min(state.age + 1, rules.quarantine),
            lease_age=min(state.lease_age + 1, rules.lease or 0),
            flying=tuple(sorted(age + 1 for age in state.flying)),
            effect_age=capped,
        ),
    )


def _with(state: State, number: int, process: Process) -> State:
    processes = list(state.processes)
    processes[number] = process
    return replace(state, processes=(processes[0], processes[1]))


def _process_steps(rules: Rules, state: State, number: int) -> Iterator[tuple[str, State]]:
    process = state.processes[number]
    if process.at == DOWN:
        yield from _start(rules, state, number)
        return
    free = None if state.holder == number else state.holder
    yield "killed", replace(_with(state, number, Process()), holder=free)
    if process.at == IDLE:
        yield from _work(rules, state, number)
    elif process.at == READ:
        if state.message == APPROVED and state.attempts == process.attempt:
            claimed = replace(state, message=SENDING, attempts=state.attempts + 1, age=0)
            yield "claims", _with(claimed, number, Process(CLAIMED, claimed.attempts))
        else:
            yield "claim refused", _with(state, number, Process(IDLE))
    elif process.at == CLAIMED:
        sent = replace(state, flying=tuple(sorted((*state.flying, 0))))
        yield "sends", _with(sent, number, Process(WAITING, process.attempt))
    elif process.at == WAITING:
        mine = state.message == SENDING and state.attempts == process.attempt
        idle = _with(state, number, Process(IDLE))
        yield "no answer", replace(idle, message=UNKNOWN, age=0) if mine else idle
        if state.effects:
            yield "answered", replace(idle, message=ANSWERED) if mine else idle


def _start(rules: Rules, state: State, number: int) -> Iterator[tuple[str, State]]:
    expired = rules.lease is not None and state.lease_age >= rules.lease
    if rules.lock and state.holder is not None and not expired:
        return
    started = replace(
        _with(state, number, Process(IDLE)),
        holder=number if rules.lock else None,
        lease_age=0,
    )
    if state.message == SENDING:  # an orphan: its sender is dead, or so it seems
        age = 0 if rules.from_discovery else state.age
        started = replace(started, message=UNKNOWN, age=age)
    yield "starts", started


def _work(rules: Rules, state: State, number: int) -> Iterator[tuple[str, State]]:
    """What an idle process does with the message: always a read first; the read may lag."""
    if state.message in {SENDING, HELD, CONFIRMED}:
        return
    seen = state.effects > 0
    certain = seen and state.effect_age > rules.longest_lag
    if seen:
        yield "reads the effect", replace(state, message=CONFIRMED)
    if certain and rules.evidence:
        return
    if state.message == APPROVED:
        yield "reads no effect", _with(state, number, Process(READ, state.attempts))
    elif state.message == UNKNOWN and (state.age >= rules.quarantine or not rules.evidence):
        following = APPROVED if state.attempts < rules.sends else HELD
        yield "reads no effect, quarantine over", replace(state, message=following)
