"""Text to Lark's tree, by Lark's tables and scanners, in one loop.

Editors read a file at every keystroke, and Lark's own loop spends most of its time on what rules never
ask for: tokens of keywords, lines and columns of every node. This one keeps offsets only, beside the
stack, and makes tokens only of what a tree keeps. What it takes and what it refuses is Lark's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from engine.language.grammar import grammar

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

# What is done in a state on a kind of token: go on to a state, or make a node: of so many parts, for
# the rule of that name, by that function (None: its one part is the node).
Action = int | tuple[int, str, Any]
Row = dict[str, Action]
_GAP = re.compile(r"[ \t]+(?![ \t\r\n])")  # blanks before a line's end belong to it


class Stopped(Struct, frozen=True):
    """Where reading stopped, and the names of the tokens that could have stood there."""

    at: int
    accepted: set[str]


class _Place(Struct):
    """What builders ask of a node's place: where it starts and ends; `empty`: it has no words."""

    start_pos: int | None
    end_pos: int | None

    @property
    def empty(self) -> bool:
        return self.start_pos is None


def read(text: str, closings: Iterable[int] = ()) -> Tree[Token] | Stopped:
    """The tree of `text`, or where it cannot be read.

    `closings` are offsets at which a block ends that nobody closed.
    """
    return _Reader(text, sorted(closings)).read()


def accepted_after(text: str) -> frozenset[str]:
    """The names of the tokens that may come next where `text` ends; none where it cannot be read."""
    reader = _Reader(text, [])
    reader.text = text  # its last line goes on
    if reader.take_all() is not None:
        return frozenset()
    return frozenset(reader.stopped(len(text)).accepted)


class _Rows(dict[int, Row]):
    """The rows of states, each made when it is first asked for."""

    def __init__(self, make: Callable[[int], Row]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, state: int) -> Row:
        made = self[state] = self._make(state)
        return made


def _placed(node: Any, first: int | None, last: int | None) -> Any:
    """`node` with its place; what an inlined rule hands on keeps the place that it has."""
    if getattr(node, "_meta", node) is None:
        node._meta = _Place(first, last)  # noqa: SLF001 - where Lark's own wrapper puts it
    return node


class _Tables:
    """Lark's tables and scanners, a state at a time in the shape that the loop wants."""

    def __init__(self, made: Lark) -> None:
        from lark.lexer import ContextualLexer  # noqa: PLC0415 - lark loads late
        from lark.parse_tree_builder import ExpandSingleChild, PropagatePositions  # noqa: PLC0415

        machine = made.parse_interactive("")
        known = machine.parser_state.parse_conf
        lexer = machine.lexer_thread.lexer
        if not isinstance(lexer, ContextualLexer):
            raise TypeError("the grammar is read by another lexer than this loop knows")
        self.start, self.start_rule = known.start_state, known.start
        self._states, self._builders = known.states, known.callbacks
        self._lexers, self.ignored = lexer.lexers, lexer.root_lexer.ignore_types  # type: ignore[attr-defined]
        self._propagates, self._expands = PropagatePositions, ExpandSingleChild
        self.rows = _Rows(self.row)
        self._climbed: dict[tuple[int, int, str], int] = {}
        self._scanners: dict[int, tuple[Callable[..., re.Match[str] | None], ...]] = {}

    def row(self, state: int) -> Row:
        """What is done in `state`, by the name of the token or rule that comes."""
        return {name: self._action(*action) for name, action in self._states[state].items()}

    def _action(self, action: Any, target: Any) -> Action:
        if action.name == "Shift":
            return int(target)
        # Places are kept beside the stack: the wrapper that would work them out again is left out.
        build = self._builders[target]
        plain = build.node_builder if isinstance(build, self._propagates) else build
        size = len(target.expansion)
        inlined = size == 1 and isinstance(plain, self._expands)
        return size, str(target.origin.name), None if inlined else plain

    def climbed(self, below: int, state: int, name: str) -> int:
        """The state instead of `state` once rules that stand for their one part are through.

        `a` is a primary, so a product, so a sum: what `name` after it does with any of them.
        """
        known = self._climbed.get((below, state, name))
        if known is None:
            known, action = state, self.rows[state].get(name)
            while isinstance(action, tuple) and action[2] is None:
                known = int(self._states[below][action[1]][1])
                action = self.rows[known].get(name)
            self._climbed[below, state, name] = known
        return known

    def scan(self, state: int, text: str, at: int) -> tuple[str, int] | None:
        """The token that stands at `at` for one who is in `state`: its name and where it ends."""
        known = self._scanners.get(state)
        if known is None:
            patterns = self._lexers[state].scanner._mres  # type: ignore[attr-defined]  # noqa: SLF001 - Lark hands out texts, not places
            known = self._scanners[state] = tuple(pattern.match for pattern in patterns)
        for match in known:
            found = match(text, at)
            if found is not None and found.lastgroup is not None:
                return found.lastgroup, found.end()
        return None


@cache
def _tables(made: Lark) -> _Tables:
    return _Tables(made)


class _Reader:
    def __init__(self, text: str, closings: list[int]) -> None:
        self.text = text + "\n"
        self.size = len(text)
        self.pending = closings
        self.tables = _tables(grammar())
        self.states = [self.tables.start]
        self.values: list[Any] = []
        self.begins: list[int | None] = []
        self.ends: list[int | None] = []

    def read(self) -> Tree[Token] | Stopped:
        """Read to the end, or to the first token that does not fit."""
        stopped = self.take_all()
        if stopped is not None:
            return stopped
        end = len(self.text)
        if self._close(self.size) and self._take("$END", None, end, end):
            found: Tree[Token] = self.values[-1]
            return found
        return self.stopped(self.size)

    def take_all(self) -> Stopped | None:
        """Take every token of the text; where one does not fit, that place."""
        from lark.lexer import Token  # noqa: PLC0415 - lark loads late

        text, tables, states = self.text, self.tables, self.states
        at, last = 0, len(text)
        while at < last:
            if text[at] in " \t":
                gap = _GAP.match(text, at)
                at = gap.end() if gap is not None else at
                if at >= last:
                    break
            # The next token is looked for in the state that a closing leaves behind: close first.
            found = tables.scan(states[-1], text, at)
            if found is None:
                return self.stopped(at)
            name, end = found
            if name in tables.ignored:
                at = end
                continue
            value = None if name[0] == "_" else Token(name, text[at:end], at, end_pos=end)
            if not self._take(name, value, at, end):
                return self.stopped(at)
            at = end
            if name == "_NL" and self.pending and not self._close(at):
                return self.stopped(self.pending[0])
        return None

    def _take(self, name: str, value: Any, begin: int, end: int) -> bool:
        """Put a token on the stack, the nodes before it made; False where it does not fit."""
        states, values, begins, ends = self.states, self.values, self.begins, self.ends
        rows, start_rule = self.tables.rows, self.tables.start_rule
        while True:
            action = rows[states[-1]].get(name)
            if action is None:
                return False
            if isinstance(action, int):
                states.append(action)
                values.append(value)
                begins.append(begin)
                ends.append(end)
                return True
            size, made, build = action
            if build is None:
                states[-1] = self.tables.climbed(states[-2], states[-1], name)
                continue
            if size == 1:
                values[-1] = _placed(build([values[-1]]), begins[-1], ends[-1])
                del states[-1]
            elif size:
                first, last = begins[-size], ends[-1]
                if first is None or last is None:
                    first = next((one for one in begins[-size:] if one is not None), None)
                    last = next((one for one in ends[: -size - 1 : -1] if one is not None), None)
                children = values[-size:]
                del states[-size:], values[-size:], begins[-size:], ends[-size:]
                values.append(_placed(build(children), first, last))
                begins.append(first)
                ends.append(last)
            else:
                values.append(_placed(build([]), None, None))
                begins.append(None)
                ends.append(None)
            if made == start_rule:
                return True
            states.append(rows[states[-1]][made])

    def _close(self, at: int) -> bool:
        """End the blocks that nobody closed before `at`; False where none can end there."""
        pending, text = self.pending, self.text[: self.size]
        while pending and (pending[0] <= at or not text[at : pending[0]].strip()):
            place = pending[0]
            if not (
                self._take("_END", None, place, place) and self._take("_NL", None, place, place)
            ):
                return False
            pending.pop(0)
        return True

    def stopped(self, at: int) -> Stopped:
        """That reading stopped at `at`, in the state that all before it has led to."""
        # What the whole state accepts; the table's row alone also has what fits elsewhere.
        machine = grammar().parse_interactive("")
        machine.parser_state.state_stack[:] = self.states
        machine.parser_state.value_stack[:] = self.values
        return Stopped(min(at, self.size), machine.accepts())  # type: ignore[no-untyped-call]
