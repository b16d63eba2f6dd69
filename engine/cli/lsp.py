"""`feedwright lsp`: the language server for editors, over stdin and stdout."""

from __future__ import annotations

import click


@click.command("lsp")
def command() -> None:
    """Serve an editor over stdin and stdout, as the Language Server Protocol says.

    Exit codes: 0 the editor has ended the session; 2 the package `pygls` is not installed.
    """
    from engine.errors import ProjectError

    try:
        from engine.editor.server import make_server
    except ModuleNotFoundError as fault:
        raise ProjectError(
            f"the language server needs `{fault.name}`: pip install 'feedwright[editor]'"
        ) from None
    make_server().start_io()
