"""`feedwright orders`: what is wanted of orders, decided by the rules."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "act": "Decide wanted actions: allowed, denied or manual, why, and what would be sent.",
    "held": "List what waits for a person, with its evidence.",
    "plan": "Plan wanted actions as messages, against what was sent before; sends nothing.",
    "push": "Send a plan about orders and nothing else.",
    "release": "Decide about what is held: send it once more, it was done, or give it up.",
}


class OrderCommands(click.Group):
    """The commands about orders, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """The command called `name`, imported now."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"engine.cli.orders_{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands from the table above, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=OrderCommands)
def command() -> None:
    """Decide what may be done with orders, plan it, and send it."""
