"""`feedwright sandbox`: a local stand-in for the Octopia API."""

from __future__ import annotations

from pathlib import Path

import click

from engine.cli.options import port_option
from engine.cli.outputs import OutputPath, refuse_overwriting


@click.command("sandbox")
@port_option(8787)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="Draws the orders to begin with, and the faults.",
)
@click.option(
    "--faults", metavar="FILE|NAME", help="What goes wrong: a script, a storm or a single fault."
)
@click.option("--list-faults", is_flag=True, help="Show the faults that there are, and end.")
@click.option(
    "--seller",
    "sellers",
    multiple=True,
    default=("10001",),
    show_default=True,
    help="A seller who is there.",
)
@click.option(
    "--orders",
    type=click.IntRange(0, 10_000),
    default=12,
    show_default=True,
    help="How many orders each seller has to begin with.",
)
@click.option(
    "--ledger",
    type=OutputPath(dir_okay=False),
    help="Write what takes effect to this file, as JSON lines.",
)
@click.option(
    "--files",
    type=OutputPath(file_okay=False),
    help="The folder where XML packages are published; made where it is missing.",
)
def command(
    port: int,
    seed: int,
    faults: str | None,
    sellers: tuple[str, ...],
    orders: int,
    ledger: Path | None,
    files: Path | None,
    *,
    list_faults: bool,
) -> None:
    """Serve a stand-in for the Octopia API on 127.0.0.1: nothing reaches the marketplace.

    It takes any credentials but empty ones. What took effect is shown at /sandbox/ledger. A file of
    faults holds {"faults": [{"do": "reset-after", "on": "POST /orders/*/shipments"}]}, each with
    skip, times, one_in, seconds and milliseconds where they are wanted.

    Exit codes: 0 ended, 2 could not run.
    """
    from engine.sandbox.faults import KINDS, STORMS, Script, read_script, script_called

    if list_faults:
        for name, struck in STORMS.items():
            click.echo(f"{name:15} {', '.join(struck) or 'nothing goes wrong'}")
        for name, kind in KINDS.items():
            click.echo(f"{name:15} {kind.says}")
        return
    refuse_overwriting()
    from engine.sandbox.server import Sandbox
    from engine.sandbox.settings import Settings

    script = Script(seed=seed)
    if faults is not None:
        is_file = Path(faults).is_file()
        script = read_script(Path(faults), seed) if is_file else script_called(faults, seed)
    settings = Settings(sellers=tuple(dict.fromkeys(sellers)), seed=seed, orders=orders)
    if files is not None:
        files.mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(settings, script, port, ledger, files=files)
    click.echo(f"API     {sandbox.base}")
    click.echo(f"tokens  {sandbox.token_url}")
    click.echo(f"ledger  http://127.0.0.1:{sandbox.port}/sandbox/ledger")
    click.echo(f"seller  {', '.join(settings.sellers)}; stop with Ctrl+C")
    sandbox.run()
