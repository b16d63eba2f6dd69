"""What is about orders: states, routes, actions and their tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.language.syntax.expressions import Expression
from engine.language.syntax.nodes import Instant, Moment, Name, Node, Text
from engine.language.syntax.statements import Require, SourceClause
from engine.language.syntax.tests import Change, Given, TestRow


@dataclass(frozen=True, slots=True)
class StateRow(Node):
    """A row of `states`: the state, and what each channel calls it; None is `none`."""

    state: Name
    natives: tuple[Text | None, ...]


@dataclass(frozen=True, slots=True)
class States(Node):
    """`states order ... end`: the first column holds the states, the others are channels."""

    kind: Name
    columns: tuple[Name, ...]
    rows: tuple[StateRow, ...]


@dataclass(frozen=True, slots=True)
class ToChannel(Node):
    """`to channel cdiscount`."""

    channel: Name


@dataclass(frozen=True, slots=True)
class ToManual(Node):
    """`to manual "..."`: a person acts elsewhere; the sentence says where."""

    sentence: Text


Target = ToChannel | ToManual


@dataclass(frozen=True, slots=True)
class RouteCase(Node):
    """`when condition to channel ...`; `otherwise` has no condition."""

    condition: Expression | None
    target: Target


@dataclass(frozen=True, slots=True)
class Route(Node):
    """`route order ... end`: which channel an order is handled on."""

    kind: Name
    body: tuple[SourceClause | RouteCase | Require, ...]


class Need(StrEnum):
    """Whether a parameter must, may or must not be given."""

    MANDATORY = "mandatory"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


class TypeName(StrEnum):
    """What a parameter takes."""

    TEXT = "text"
    YES_NO = "yes/no"
    WEB_ADDRESS = "web address"
    TABLE = "one of table"


@dataclass(frozen=True, slots=True)
class ParameterType(Node):
    """`text`, `yes/no`, `web address`, `one of table carriers or any text`."""

    type: TypeName
    table: Name | None = None
    any_text: bool = False


@dataclass(frozen=True, slots=True)
class ParameterRule(Node):
    """`tracking_number mandatory text "..."`."""

    name: Name
    need: Need
    takes: ParameterType | None
    sentence: Text | None


@dataclass(frozen=True, slots=True)
class AllowedIn(Node):
    """`allowed in WaitingAcceptance else deny "..."`."""

    states: tuple[Name, ...]
    sentence: Text | None


@dataclass(frozen=True, slots=True)
class WholeOrder(Node):
    """`applies to whole order`."""


@dataclass(frozen=True, slots=True)
class LeadsTo(Node):
    """`leads to Shipped`."""

    state: Name


@dataclass(frozen=True, slots=True)
class SameAs(Node):
    """`same as refuse`."""

    action: Name


ActionLine = SourceClause | AllowedIn | WholeOrder | LeadsTo | SameAs | ParameterRule


@dataclass(frozen=True, slots=True)
class Action(Node):
    """`action ship on cdiscount, cdiscount_octopia ... end`."""

    name: Name
    channels: tuple[Name, ...]
    body: tuple[ActionLine, ...]


@dataclass(frozen=True, slots=True)
class OverrideAction(Node):
    """`override action ship on cdiscount_octopia from a until b ... end`."""

    name: Name
    channels: tuple[Name, ...]
    start: Moment | None
    end: Moment | None
    body: tuple[ActionLine, ...]


@dataclass(frozen=True, slots=True)
class Suggest(Node):
    """`when state is X suggest refund with refund_reason "..."`.

    `condition` is None after `otherwise`; `action` is None for `suggest nothing`.
    """

    condition: Expression | None
    action: Name | None
    parameters: tuple[Name, ...]
    sentence: Text | None


@dataclass(frozen=True, slots=True)
class Deny(Node):
    """`deny "..."`."""

    sentence: Text


@dataclass(frozen=True, slots=True)
class NoAction(Node):
    """`no action cancel on cdiscount_octopia ... end`."""

    name: Name
    channels: tuple[Name, ...]
    start: Moment | None
    end: Moment | None
    body: tuple[SourceClause | Deny | Suggest, ...]


# --- tests --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Try(Node):
    """`try ship with carrier = "Colissimo"`."""

    action: Name
    parameters: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ExpectDecision(Node):
    """`expect denied "tracking_number"`: the decision, and words of its sentence."""

    decision: Name
    containing: Text | None


@dataclass(frozen=True, slots=True)
class ExpectSuggestion(Node):
    """`expect suggestion refund`; None is `expect suggestion nothing`."""

    action: Name | None


@dataclass(frozen=True, slots=True)
class ExpectSentAs(Node):
    """`expect sent as refuse`; None is `none` in a table: nothing is sent."""

    action: Name | None


@dataclass(frozen=True, slots=True)
class ExpectChannel(Node):
    """`expect channel cdiscount`: where the route leads."""

    channel: Name


OrderExpectation = ExpectDecision | ExpectSuggestion | ExpectSentAs | ExpectChannel


@dataclass(frozen=True, slots=True)
class OrderTest(Node):
    """A test that tries an action, or asks where an order goes."""

    name: Text
    channel: Name | None
    at: Instant | None
    given: tuple[Given, ...]
    attempt: Try | None
    expectations: tuple[OrderExpectation, ...]


@dataclass(frozen=True, slots=True)
class OrderTestTable(Node):
    """`test table "permissions" ...` with `channel`, `state`, `action` left of `||`."""

    name: Text
    channel: Name | None
    at: Instant | None
    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]
    rows: tuple[TestRow, ...]


OrderDeclaration = States | Route | Action | OverrideAction | NoAction | OrderTest | OrderTestTable
