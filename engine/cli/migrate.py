"""`feedwright migrate`: what older automations need on the new channel."""

from __future__ import annotations

import click

from engine.cli.main import LateCommands

COMMANDS = {
    "calls": "Lengow's order actions: which go on as they are, rewritten, or not at all.",
}


@click.group(cls=LateCommands, late=COMMANDS, module="engine.cli.migrate_{}")
def command() -> None:
    """See what breaks on the new channel, and what to write instead; nothing is sent."""
