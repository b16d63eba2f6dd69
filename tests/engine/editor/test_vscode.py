"""The extension for VS Code: packed by its own command, taken apart, coloured, and talked to."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from lxml import etree

from engine.editor.highlighting import FILE, text_of, textmate
from engine.language.grammar import grammar
from engine.language.keywords import KEYWORDS

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "engine/editor/vscode"
MODULES = FOLDER / "node_modules"
SCRIPTS = Path(__file__).with_name("vscode")
COMMAND = Path(sys.executable).with_name("feedwright")
packed = pytest.mark.xdist_group("vscode")  # once for all tests, not once a process


def node(*words: str | Path) -> Any:
    """What a script of ours prints, as JSON."""
    ran = subprocess.run(
        ["node", *words],
        env={**os.environ, "NODE_PATH": str(MODULES)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="session")
def modules() -> Path:
    if shutil.which("npm") is None or not MODULES.is_dir():
        pytest.skip("needs node and npm, and `npm ci` in engine/editor/vscode")
    return MODULES


@pytest.fixture(scope="session")
def vsix(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001 - vsce is in it
    file = tmp_path_factory.mktemp("vsix") / "feedwright.vsix"
    words = ["npm", "run", "--silent", "package", "--", "--out", file]
    ran = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return file


@pytest.fixture(scope="session")
def extension(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extension")
    with ZipFile(vsix) as archive:
        archive.extractall(folder)
    return folder / "extension"


def test_the_grammar_is_current() -> None:
    told = "run `python -m engine.editor.highlighting`"
    assert FILE.read_text(encoding="utf-8") == text_of(textmate()), told


def test_every_keyword_has_a_colour() -> None:
    clause = textmate()["repository"]["clause"]["patterns"]
    words = {
        word
        for pattern in clause
        if pattern.get("name", "").startswith(("keyword.", "constant.language"))
        for word in re.findall(r"[a-z]+", pattern["match"].partition("(?:")[2].partition(")")[0])
    }
    assert words >= set(KEYWORDS.values())


def test_blocks_are_indented_and_folded() -> None:
    """Every rule of the grammar that `end` closes is one that the editor indents."""
    read = json.loads((FOLDER / "language-configuration.json").read_text(encoding="utf-8"))
    blocks = {
        " ".join(
            KEYWORDS[part.name[1:]] for part in rule.expansion[:2] if part.name[1:] in KEYWORDS
        )
        for rule in grammar().rules
        if "_END" in [part.name for part in rule.expansion[1:]]
    }
    assert {"mapping", "only when", "no action", "test table"} <= blocks
    for words in blocks:
        line = f"  {words} x key y" if words == "table" else f"  {words} x"
        assert re.search(read["indentationRules"]["increaseIndentPattern"], line), line
        assert re.search(read["folding"]["markers"]["start"], line), line
    assert re.search(read["indentationRules"]["increaseIndentPattern"], "  let full =  # cases")
    for line in ('table t from "t.csv" key k', "  Price = 2 EUR", "  let x = 1"):
        assert not re.search(read["indentationRules"]["increaseIndentPattern"], line), line
    assert re.search(read["indentationRules"]["decreaseIndentPattern"], "  end")
    assert not re.search(read["indentationRules"]["decreaseIndentPattern"], "  end of day = 1")


def test_manifest_and_lock_file() -> None:
    manifest = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert manifest["version"] == project["version"]
    assert manifest["license"] == project["license"]
    text = (FOLDER / "package-lock.json").read_text(encoding="utf-8")
    lock = json.loads(text)
    assert lock["packages"][""]["dependencies"] == manifest["dependencies"]
    assert lock["packages"][""]["devDependencies"] == manifest["devDependencies"]
    assert '"resolved"' not in text
    assert all(one["integrity"] for name, one in lock["packages"].items() if name)


@packed
def test_the_package_is_whole(extension: Path) -> None:
    manifest = json.loads((extension / "package.json").read_text(encoding="utf-8"))
    contributes = manifest["contributes"]
    named = [
        manifest["main"],
        *(one["configuration"] for one in contributes["languages"]),
        *(one["path"] for one in contributes["grammars"]),
    ]
    assert [name for name in named if not (extension / name).is_file()] == []
    files = {p.relative_to(extension).as_posix() for p in extension.rglob("*") if p.is_file()}
    assert files == {
        "package.json",
        "README.md",
        "LICENSE.txt",
        "language-configuration.json",
        "syntaxes/feedwright.tmLanguage.json",
        "dist/extension.js",
        "dist/third-party-licences.txt",
    }
    notices = (extension / "dist/third-party-licences.txt").read_text(encoding="utf-8")
    assert "vscode-languageclient" in notices
    assert (extension / "LICENSE.txt").read_bytes() == (ROOT / "LICENSE").read_bytes()
    described = etree.parse(extension.parent / "extension.vsixmanifest")
    (identity,) = described.iter("{*}Identity")
    assert (identity.get("Id"), identity.get("Version")) == ("feedwright", manifest["version"])
    for asset in described.iter("{*}Asset"):
        assert (extension.parent / str(asset.get("Path"))).is_file()


Tokens = list[list[tuple[str, list[str]]]]


@pytest.fixture(scope="session")
def tokens(extension: Path) -> dict[str, Tokens]:
    names = ("offers.rules", "orders.rules")
    file = extension / "syntaxes/feedwright.tmLanguage.json"
    made = node(SCRIPTS / "tokens.cjs", file, *(ROOT / "rules" / name for name in names))
    return dict(zip(names, made, strict=True))


def coloured(tokens: dict[str, Tokens], file: str, line: str) -> list[tuple[str, str]]:
    """The tokens of the line that begins with `line`: text and innermost scope."""
    (found,) = [one for one in tokens[file] if "".join(t for t, _ in one).lstrip().startswith(line)]
    shown = [(text.strip(), scopes[-1] if scopes else "") for text, scopes in found]
    return [(text, scope.removesuffix(".feedwright")) for text, scope in shown if text]


KEY, NAME, SIGN = "keyword.control", "variable.other", "keyword.operator"
ATTRIBUTE, NUMBER, UNIT = "support.type.property-name", "constant.numeric", "keyword.other.unit"
TEXT, INSTANT = "string.quoted.double", "constant.other.instant"


@packed
@pytest.mark.parametrize(
    ("file", "line", "expected"),
    [
        ("offers.rules", "# offers.rules", [("#", "comment.line.number-sign")]),
        (
            "offers.rules",
            "milestone octopia_switch",
            [
                *(("milestone", KEY), ("octopia_switch", NAME), ("=", SIGN)),
                ("2025-07-29 10:00 Europe/Paris", INSTANT),
            ],
        ),
        (
            "offers.rules",
            "let floor_price",
            [
                *(("let", KEY), ("floor_price", NAME), ("=", SIGN), ("cost_price", NAME)),
                *(("*", SIGN), ("108", NUMBER), ("%", UNIT), ("rounded", KEY), ("up", KEY)),
                *(("to", KEY), ("0.01", NUMBER), ("EUR", UNIT)),
            ],
        ),
        (
            "offers.rules",
            "ProductEan",
            [
                *(
                    ("ProductEan", ATTRIBUTE),
                    ("=", SIGN),
                    ("gtin13", "entity.name.function"),
                    ("(", ""),
                    ("ean", NAME),
                ),
                *((")", ""), ("on", KEY), ("error", KEY), ("reject", f"{KEY}.refusal")),
                *(('"', TEXT), ("EAN", TEXT), ("{ean}", "variable.other.interpolated")),
            ],
        ),
        (
            "offers.rules",
            "DiscountComponentStartDate           =",
            [
                *(("DiscountComponentStartDate", ATTRIBUTE), ("=", SIGN), ("start", KEY)),
                *(("of", KEY), ("sale_start", NAME), ("in", "keyword.operator.word")),
                ("Europe/Paris", "constant.other.zone"),
            ],
        ),
        (
            "offers.rules",
            "| > 30 kg",
            [
                *(("|", "punctuation.separator.table"), (">", SIGN), ("30", NUMBER)),
                *(("kg", UNIT), ("||", "punctuation.separator.table"), ('"', TEXT)),
            ],
        ),
        (
            "orders.rules",
            "read order",
            [("read", KEY), ("order", KEY), ("using", KEY), ('"', TEXT)],
        ),
        (
            "orders.rules",
            "tracking_url",
            [
                ("tracking_url", "variable.parameter"),
                *(("optional", KEY), ("web", KEY), ("address", KEY)),
            ],
        ),
        (
            "orders.rules",
            "when state in (Accepted",
            [
                *(("when", KEY), ("state", NAME), ("in", "keyword.operator.word"), ("(", "")),
                *(("Accepted", ATTRIBUTE), (",", "")),
            ],
        ),
        (
            "orders.rules",
            "no action cancel",
            [("no", "constant.language"), ("action", KEY), ("cancel", NAME), ("on", KEY)],
        ),
    ],
)
def test_colours(
    tokens: dict[str, Tokens], file: str, line: str, expected: list[tuple[str, str]]
) -> None:
    found = coloured(tokens, file, line)[: len(expected)]
    if line.startswith("#"):
        found = [(text[:1], scope) for text, scope in found]
    assert found == expected


@packed
@pytest.mark.parametrize("file", ["offers.rules", "orders.rules"])
def test_texts_and_comments_end_where_the_language_ends_them(
    tokens: dict[str, Tokens], file: str
) -> None:
    """What is a text in an editor is one to the parser: no quote runs on over a line's end."""
    lexed = sum(
        line.split("#")[0].count('"')
        for line in (ROOT / "rules" / file).read_text(encoding="utf-8").split("\n")
    )
    quotes = [
        text
        for line in tokens[file]
        for text, scopes in line
        if text == '"' and any("string" in scope for scope in scopes)
    ]
    assert len(quotes) == lexed > 20


@packed
def test_the_client_talks_to_the_server(extension: Path, project: Path) -> None:
    """The bundle of the package, the real command, and the module `vscode` played by a script."""
    settings = json.dumps({"feedwright.path": str(COMMAND)})
    file, word = project / "rules/offers.rules", "let full_price  = price_excl_vat"
    told = node(SCRIPTS / "session.cjs", extension, settings, file, word)
    assert told["messages"] == []
    assert {one["code"] for one in told["opened"]} <= {"E814", "V704"}
    assert "from column `Prix HT`" in told["hover"]
    assert [(one["code"], one["line"]) for one in told["typed"]] == [("N101", 30)]
    assert {"price_excl_vat", "gtin13", "Price"} <= set(told["offered"])
    assert told["mended"] == told["opened"]
    assert "feedwright.runTest" in told["commands"]
    assert set(told["providers"]) >= {
        "registerCodeActionsProvider",
        "registerCodeLensProvider",
        "registerDefinitionProvider",
        "registerDocumentFormattingEditProvider",
        "registerDocumentSymbolProvider",
        "registerReferenceProvider",
        "registerRenameProvider",
    }
    assert told["output"] == []


@packed
@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("feedwrong", "there is no command `feedwrong`. Install it with: pip install"),
        ("./bin/feedwright", "/bin/feedwright`. Install it with: pip install"),
        ("/bin/false", "`/bin/false lsp` did not start"),
    ],
)
def test_a_command_that_is_missing_is_told(
    extension: Path, project: Path, command: str, says: str
) -> None:
    settings = json.dumps({"feedwright.path": command})
    told = node(SCRIPTS / "session.cjs", extension, settings, project / "rules/offers.rules", "x")
    assert says in told["messages"][-1]
    assert "opened" not in told
