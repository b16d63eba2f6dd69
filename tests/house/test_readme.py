"""README.md shows only commands that run, screens as they are, rules that are well."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from house.readme import README, ROOT, Block, blocks, commands, run, screen

BLOCKS = blocks(README.read_text(encoding="utf-8"))
SET_UP = ["sh .ci/try", "sh .ci/test"]
COMMANDS = [command for block in BLOCKS if block.language == "sh" for command in commands(block)]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a person gets, without anything that was made in it since."""
    folder = tmp_path_factory.mktemp("readme") / "feedwright"
    made = ("build", "dist", "var", "node_modules", "__pycache__", ".*_cache", ".hypothesis")
    left_out = shutil.ignore_patterns(".git", ".venv", "kernels*.so", *made)
    shutil.copytree(ROOT, folder, ignore=left_out)
    return folder


def test_the_first_screen_holds_exactly_two_set_up_commands() -> None:
    first = BLOCKS[0]
    assert first.language == "sh"
    assert list(commands(first)) == SET_UP
    assert README.read_text(encoding="utf-8").index(first.text) < 400


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in SET_UP])
def test_a_command_runs(command: str, project: Path) -> None:
    ran = run(command, project)
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "console"])
def test_a_screen_is_as_it_is(block: Block, project: Path) -> None:
    assert block.text == screen(block, project), "`python tests/house/readme.py` writes it anew"


def test_the_rules_are_well(project: Path) -> None:
    (rules,) = [b.text for b in BLOCKS if b.language == "rules"]
    file = project / "rules/readme.rules"
    file.write_text(rules, encoding="utf-8")
    checked = run("feedwright check --strict rules/readme.rules", project)
    assert checked.returncode == 0, checked.stdout
    settings = project / ".feedwright.yaml"
    kept = settings.read_text(encoding="utf-8")
    settings.write_text(
        kept.replace("[rules/offers.rules, rules/orders.rules]", "rules/readme.rules"),
        encoding="utf-8",
    )
    tested = run("feedwright test", project)
    settings.write_text(kept, encoding="utf-8")
    file.unlink()
    assert tested.stdout.endswith("1 passed, 0 failed\n"), tested.stdout + tested.stderr


def test_every_command_of_the_program_is_shown() -> None:
    from engine.cli.main import COMMANDS as KNOWN

    text = README.read_text(encoding="utf-8")
    assert [name for name in KNOWN if f"feedwright {name}" not in text] == []


@pytest.mark.skipif(not IN_CI, reason="installs into a new environment: CI does it")
@pytest.mark.parametrize(
    ("command", "last"),
    [
        ("sh .ci/try", "packages: "),
        ("sh .ci/test tests/engine/test_resources.py", " passed in "),
    ],
)
def test_the_set_up_commands_work_from_nothing(command: str, last: str, project: Path) -> None:
    shutil.rmtree(project / ".venv", ignore_errors=True)
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "VIRTUAL_ENV"))}
    ran = subprocess.run(  # noqa: S602 - as a person types it
        command, shell=True, cwd=project, env=bare, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert last in ran.stdout.splitlines()[-1]
