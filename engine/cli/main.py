"""The command line: which commands there are; each loads its own module only when it is called."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from click.exceptions import NoSuchCommand

TRACEBACK = "FEEDWRIGHT_TRACEBACK"  # set it to see where an internal error comes from
COMMANDS = {
    "check": "Check rules, tables and schemas; needs no feed and no network.",
    "diff": "Show what changes between two versions of the rules, on a whole feed.",
    "docs": "Write the reference: attributes, functions, diagnostics, settings, lineage.",
    "explain": "Explain a diagnostic, or why a value of a feed's row is what it is.",
    "fmt": "Write rules in their canonical form.",
    "init": "Make a project to begin with, drafted from a feed.",
    "journal": "Read what was sent to the marketplace, and lift halts.",
    "lint": "Show edits that mend the rules; `--fix` makes those that keep the meaning.",
    "lsp": "Serve an editor: diagnostics, hover, completion, renaming, quick fixes.",
    "matrix": "Show what may be done with orders: channels, states, actions.",
    "migrate": "See what older automations need on the new channel: `feedwright migrate calls`.",
    "orders": "Decide what may be done with orders: `feedwright orders act`.",
    "plan": "Plan what a push would send, against what was sent before; sends nothing.",
    "preview": "Show the payloads and rejections that a feed gives; sends nothing.",
    "push": "Send a plan and nothing else; goes on where it stopped.",
    "render": "Turn a whole feed into offers and rejections, at full speed.",
    "run": "Run the schedule: orders every 15 minutes, offers every hour.",
    "sandbox": "Serve a local stand-in for the Octopia API, with faults on demand.",
    "schema": "Show how the cells of a feed are read, as the engine understood the source schema.",
    "serve": "Serve the workbench: a local page to write rules beside what they do to a feed.",
    "show": "Show what stands in a plan: what a push of it would send, and what not.",
    "sync": "Take on what is not at its end, once: orders or offers.",
    "test": "Run the tests that stand in the rule files.",
    "timeline": "Show what changes when: milestones, windows, overrides.",
}


class LateCommands(click.Group):
    """A group whose commands are imported when they are called: start-up is a feature.

    Args:
        late: what each command does, by its name; listed without importing any.
        module: where a command stands, `{}` for its name.
    """

    def __init__(self, *, late: Mapping[str, str], module: str, **settings: Any) -> None:
        super().__init__(**settings)
        self._late = late
        self._module = module

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in alphabetical order."""
        return list(self._late)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """The command called `name`, imported now."""
        if name not in self._late:
            return None
        module = import_module(self._module.format(name))
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that `args` name; a misspelt one is told with the closest there are."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as fault:
            # click looks among commands that are loaded; here none is before it is called.
            raise NoSuchCommand(fault.command_name, possibilities=self._late, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands from the table above, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._late.items()))


def _tell_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - click's
    """Tell the version, and whether C kernels do a part of the work."""
    if not asked or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    from engine.native.library import SWITCH, kernels, switched_off

    if kernels():
        told = "in use"
    elif switched_off():
        told = f"not in use ({SWITCH}=off)"
    else:
        told = "not in use (none that fits: installing builds them where there is a C compiler)"
    click.echo(f"feedwright, version {version('feedwright')}\nC kernels: {told}")
    ctx.exit()


@click.group(
    cls=LateCommands,
    late=COMMANDS,
    module="engine.cli.{}",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
def feedwright() -> None:
    """Rules as code from a product feed to Cdiscount / Octopia offers.

    Exit codes: 0 well, 1 diagnostics or failures, 2 could not run, 3 halted.
    """


def main() -> None:
    """Run the command line; what stops a run is one line on stderr and exit code 2."""
    # Modules are many small objects that stay: to look for garbage among them is a tenth of start-up.
    gc.set_threshold(100_000, 20, 20)
    try:
        _run()
    finally:
        gc.freeze()  # what is left goes with the process, and is not looked through once more


def _run() -> None:
    from engine.errors import EngineError, HaltedError

    try:
        feedwright(prog_name="feedwright")
    except HaltedError as fault:
        click.echo(f"feedwright: {fault}", err=True)
        sys.exit(3)
    except EngineError as fault:
        click.echo(f"feedwright: {fault}", err=True)
        sys.exit(2)
    except RecursionError:
        click.echo("feedwright: something here is nested too deep to be read", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader went away (`| head`): nothing to say, and nobody to say it to.
        sys.stderr.close()
        sys.exit(0)
    except OSError as fault:
        # A full disk, or a file that vanished in the middle of the run.
        place = f"{fault.filename}: " if fault.filename else ""
        click.echo(f"feedwright: {place}{fault.strerror or fault}{_no_room(fault)}", err=True)
        sys.exit(2)
    except MemoryError:
        click.echo("feedwright: this machine has not enough memory for that", err=True)
        sys.exit(2)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as fault:  # noqa: BLE001 - a panic of Polars is no Exception
        click.echo(_internal_error(fault), err=True)
        sys.exit(2)


def _no_room(fault: OSError) -> str:
    """What to do where a file cannot grow; "" where that is not what is wrong."""
    if fault.errno not in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}:
        return ""
    return (
        ": a file could not be written; make room on the disks of the project and of temporary files "
        "(TMPDIR). What was sent, if anything was, stands in the journal"
    )


def _internal_error(fault: BaseException) -> str:
    """What a person can do about a fault of Feedwright itself: one line, or with the traceback."""
    if os.environ.get(TRACEBACK):
        from traceback import format_exception

        return "".join(format_exception(fault)).rstrip()
    words = " ".join(str(fault).split())
    shown = f"{words[:200]}..." if len(words) > 200 else words
    return (
        f"feedwright: internal error, a fault of Feedwright and not of your files: "
        f"{type(fault).__name__}: {shown}. What was sent, if anything was, stands in the journal. "
        f"Please report it with the command, `feedwright --version` and what {TRACEBACK}=1 makes it print"
    )


if __name__ == "__main__":
    main()
