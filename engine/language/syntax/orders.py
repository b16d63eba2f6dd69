"""What is about orders: states, routes, actions and their tests."""

from __future__ import annotations

from enum import StrEnum

from engine.language.syntax.expressions import Expression
from engine.language.syntax.nodes import Instant, Moment, Name, Node, Text
from engine.language.syntax.statements import Require, SourceClause
from engine.language.syntax.tests import Change, Given, TestRow


class StateRow(Node, frozen=True):
    """A row of `states`: the state, and what each channel calls it; None is `none`."""

    state: Name
    natives: tuple[Text | None, ...]


class States(Node, frozen=True):
    """`states order ... end`: the first column holds the states, the others are channels."""

    kind: Name
    columns: tuple[Name, ...]
    rows: tuple[StateRow, ...]


class ToChannel(Node, frozen=True):
    """`to channel cdiscount`."""

    channel: Name


class ToManual(Node, frozen=True):
    """`to manual "..."`: a person acts elsewhere; the sentence says where."""

    sentence: Text


Target = ToChannel | ToManual


class RouteCase(Node, frozen=True):
    """`when condition to channel ...`; `otherwise` has no condition."""

    condition: Expression | None
    target: Target


class Route(Node, frozen=True):
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


class ParameterType(Node, frozen=True):
    """`text`, `yes/no`, `web address`, `one of table carriers or any text`."""

    type: TypeName
    table: Name | None = None
    any_text: bool = False


class ParameterRule(Node, frozen=True):
    """`tracking_number mandatory text "..."`."""

    name: Name
    need: Need
    takes: ParameterType | None
    sentence: Text | None


class AllowedIn(Node, frozen=True):
    """`allowed in WaitingAcceptance else deny "..."`."""

    states: tuple[Name, ...]
    sentence: Text | None


class WholeOrder(Node, frozen=True):
    """`applies to whole order`."""


class LeadsTo(Node, frozen=True):
    """`leads to Shipped`."""

    state: Name


class SameAs(Node, frozen=True):
    """`same as refuse`."""

    action: Name


ActionLine = SourceClause | AllowedIn | WholeOrder | LeadsTo | SameAs | ParameterRule


class Action(Node, frozen=True):
    """`action ship on cdiscount, cdiscount_octopia ... end`."""

    name: Name
    channels: tuple[Name, ...]
    body: tuple[ActionLine, ...]


class OverrideAction(Node, frozen=True):
    """`override action ship on cdiscount_octopia from a until b ... end`."""

    name: Name
    channels: tuple[Name, ...]
    start: Moment | None
    end: Moment | None
    body: tuple[ActionLine, ...]


class Suggest(Node, frozen=True):
    """`when state is X suggest refund with refund_reason "..."`.

    `condition` is None after `otherwise`; `action` is None for `suggest nothing`.
    """

    condition: Expression | None
    action: Name | None
    parameters: tuple[Name, ...]
    sentence: Text | None


class Deny(Node, frozen=True):
    """`deny "..."`."""

    sentence: Text


class NoAction(Node, frozen=True):
    """`no action cancel on cdiscount_octopia ... end`."""

    name: Name
    channels: tuple[Name, ...]
    start: Moment | None
    end: Moment | None
    body: tuple[SourceClause | Deny | Suggest, ...]


# --- tests --------------------------------------------------------------------------------------


class Try(Node, frozen=True):
    """`try ship with carrier = "Colissimo"`."""

    action: Name
    parameters: tuple[Change, ...]


class ExpectDecision(Node, frozen=True):
    """`expect denied "tracking_number"`: the decision, and words of its sentence."""

    decision: Name
    containing: Text | None


class ExpectSuggestion(Node, frozen=True):
    """`expect suggestion refund`; None is `expect suggestion nothing`."""

    action: Name | None


class ExpectSentAs(Node, frozen=True):
    """`expect sent as refuse`; None is `none` in a table: nothing is sent."""

    action: Name | None


class ExpectChannel(Node, frozen=True):
    """`expect channel cdiscount`: where the route leads."""

    channel: Name


OrderExpectation = ExpectDecision | ExpectSuggestion | ExpectSentAs | ExpectChannel


class OrderTest(Node, frozen=True):
    """A test that tries an action, or asks where an order goes."""

    name: Text
    channel: Name | None
    at: Instant | None
    given: tuple[Given, ...]
    attempt: Try | None
    expectations: tuple[OrderExpectation, ...]


class OrderTestTable(Node, frozen=True):
    """`test table "permissions" ...` with `channel`, `state`, `action` left of `||`."""

    name: Text
    channel: Name | None
    at: Instant | None
    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]
    rows: tuple[TestRow, ...]


OrderDeclaration = States | Route | Action | OverrideAction | NoAction | OrderTest | OrderTestTable
