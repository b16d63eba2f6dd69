"""`feedwright migrate`: what older automations need on the new channel."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "calls": "Lengow's order actions: which go on as they are, rewritten, or not at all.",
}


class MigrateCommands(click.Group):
    """The commands about migration, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """The command called `name`, imported now."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"engine.cli.migrate_{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands from the table above, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=MigrateCommands)
def command() -> None:
    """See what breaks on the new channel, and what to write instead; nothing is sent."""
