"""Fixtures that tests name: whether there is such a product, and only of what the source has."""

from __future__ import annotations

import json

from engine.diagnostics.codes import testing as codes
from engine.diagnostics.diagnostic import Diagnostic, Help
from engine.language import syntax as s
from engine.language.declarations import Declarations
from engine.language.files import ProjectFiles
from engine.language.suggestions import close_names


def check_fixture(found: Declarations, path: s.Text, files: ProjectFiles) -> None:
    """Report a fixture that cannot be read, or has what the source has not."""
    source = files.fixture_text(path.value, path.span.file)
    if source is None:
        says = "paths are looked for beside this file, then in the project"
        _tell(found, path, "there is no such file", says)
        return
    try:
        product = json.loads(source.text)
    except (ValueError, RecursionError):
        product = None
    if not isinstance(product, dict):
        says = 'a product is written `{ "sku": "LAMP-1" }`, each cell by the name of its field'
        _tell(found, path, "it holds no JSON object", says)
        return
    fields = found.source.fields if found.source else {}
    for name in sorted(product.keys() - fields.keys()):
        close = ", ".join(f"`{c}`" for c in close_names(name, fields))
        says = f"it may mean {close}" if close else "take it out"
        _tell(found, path, f"the source has no field `{name}`", says)


def _tell(found: Declarations, path: s.Text, fault: str, says: str) -> None:
    told = Diagnostic.of(codes.FIXTURE, path.span, helps=[Help(says)], file=path.value, fault=fault)
    found.report.add(told)
