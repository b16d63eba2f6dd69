"""What a policy says of calls of older automations, whose order's state is often not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from engine.diagnostics.codes import all_codes
from engine.language.ruleset.orders import SuggestionRules
from engine.orders.calls import Call, migration_facts
from engine.orders.decision import Decision, Ruling, Suggestion
from engine.orders.migration import Verdict
from engine.orders.policy import Policy
from engine.orders.wish import Wish


class PolicyVerdicts(Struct, frozen=True):
    """Decides calls as `migration.Decide` asks for it; the policy goes through Lengow."""

    policy: Policy

    def __call__(
        self, channel: str, action: str, parameters: Mapping[str, Any], call: Call
    ) -> Verdict:
        """What the rules say of `action` on `channel`: in the call's state, or in any."""
        state = self._state(channel, action, call)
        wish = Wish(
            action, parameters, channel, state, reference=call.reference, account=call.account
        )
        decision = self.policy.decide(wish)
        if decision.ruling is Ruling.ALLOWED:
            return Verdict(True, decision.sends, body=decision.requests[0].body)  # noqa: FBT003
        suggest = decision.suggest if call.state else self._by_state(channel, action)
        return Verdict(
            False,  # noqa: FBT003 - the first field says what it is
            reason=decision.reason,
            code=_cause(action, decision),
            suggest=suggest,
        )

    def _state(self, channel: str, action: str, call: Call) -> str | None:
        """The call's state, in either channel's words; without one, a state that allows most."""
        slice_ = self.policy.slice_of(channel)
        if call.state is not None:
            if self.policy.states_of(channel, call.state):
                return call.state
            old = self.policy.states_of(migration_facts().old, call.state)
            return old[0] if len(old) == 1 else call.state
        cells = [c for (_, a), c in slice_.cells.items() if a == action] if slice_ else []
        allowed = next((c.state for c in cells if c.allowed), None)
        return allowed or (cells[0].state if cells else None)

    def _by_state(self, channel: str, action: str) -> Suggestion | None:
        """What the rules suggest, whatever the state; in words, where it depends on that."""
        slice_ = self.policy.slice_of(channel)
        states: dict[tuple[str | None, tuple[str, ...], str], list[str]] = {}
        for (state, name), cell in slice_.cells.items() if slice_ else ():
            for one in cell.suggestions if name == action else ():
                states.setdefault(_key(one), []).append(state)
        if len(states) <= 1:
            return next((Suggestion(*key) for key in states), None)
        words = [f"in {', '.join(found)}: {_words(key)}" for key, found in states.items()]
        return Suggestion(None, (), "; ".join(words))


def _key(one: SuggestionRules) -> tuple[str | None, tuple[str, ...], str]:
    return one.action, one.parameters, one.sentence


def _words(key: tuple[str | None, tuple[str, ...], str]) -> str:
    action, parameters, sentence = key
    needs = f" with {', '.join(parameters)}" if parameters else ""
    return f"{action or 'nothing'}{needs}" + (f" ({sentence})" if sentence else "")


def _cause(action: str, decision: Decision) -> str:
    """A short name for summaries: `cancel-denied-by-rule`."""
    code = all_codes().get(decision.code or "")
    return f"{action}-{code.name}" if code else decision.ruling.value
