"""`feedwright orders`: what is wanted of orders, decided by the rules."""

from __future__ import annotations

import click

from engine.cli.main import LateCommands

COMMANDS = {
    "act": "Decide wanted actions: allowed, denied or manual, why, and what would be sent.",
    "held": "List what waits for a person, with its evidence.",
    "list": "List the orders that wait for the seller, as the marketplace shows them now.",
    "plan": "Plan wanted actions as messages, against what was sent before; sends nothing.",
    "push": "Send a plan about orders and nothing else.",
    "release": "Decide about what is held: send it once more, it was done, or give it up.",
}


@click.group(cls=LateCommands, late=COMMANDS, module="engine.cli.orders_{}")
def command() -> None:
    """Decide what may be done with orders, plan it, and send it."""
