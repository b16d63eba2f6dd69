"""`feedwright diff`: a change of rules on the sample, each change at the rule that caused it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pytest_snapshot.plugin import Snapshot

from engine.cli.main import feedwright
from engine.errors import ProjectError

ROOT = Path(__file__).parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots/diff"
OPTIONS = ["--at", "2025-08-01T09:00+02:00", "--channel", "cdiscount_octopia"]
Edit = Callable[[str], str]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for part in ("rules", "samples", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / ".feedwright.yaml", tmp_path)
    return tmp_path


def diff(*versions: object, options: tuple[str, ...] = (), project: Path = ROOT) -> Result:
    words = ["diff", *map(str, versions), "--feed", str(ROOT / "samples/catalogue.csv")]
    return CliRunner().invoke(
        feedwright, [*words, *OPTIONS, *options, "--project", str(project)], catch_exceptions=False
    )


def edit(project: Path, *swaps: tuple[str, str], file: str = "rules/offers.rules") -> None:
    path = project / file
    text = path.read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


LOOSE = (
    ("cost_price * 108%", "cost_price * 110%"),
    ("full_price * 90%", "full_price * 80%"),
    ("always Disc", 'require Price >= 12.00 EUR else reject "Too cheap: {Price}"\n  always Disc'),
)


def test_nothing_changed(project: Path) -> None:
    # A comment and another order of lines are another text with the same meaning.
    edit(project, ("rules 1\n", "rules 1\n# a comment\n"))
    result = diff(ROOT, project)
    assert (result.exit_code, result.output) == (
        0,
        "Both versions mean the same: nothing can change, whatever the feed.\n",
    )


@pytest.mark.parametrize("style", ["text", "json", "markdown"])
def test_a_change_in_each_format(project: Path, style: str, snapshot: Snapshot) -> None:
    edit(project, *LOOSE)
    result = diff(ROOT, project, options=("--format", style))
    assert result.exit_code == 1
    snapshot.snapshot_dir = SNAPSHOTS
    snapshot.assert_match(result.output, f"loose.{style}")


def causes(result: Result) -> dict[str, list[tuple[str, str, int]]]:
    found: dict[str, list[tuple[str, str, int]]] = {}
    for change in json.loads(result.output)["changes"]:
        cause = change["cause"]
        found.setdefault(change["attribute"], []).append(
            (cause["sort"], cause["name"], change["offers"])
        )
    return found


@pytest.mark.parametrize(
    ("swap", "wanted"),
    [
        # What a let changes is told at the let, in every attribute that comes from it.
        (
            ("rounded half up to 0.01 EUR", "rounded up to 0.01 EUR"),
            {"Price": ("let", "full_price")},
        ),
        (("2 days", "3 days"), {"PreparationTime": ("attribute", "PreparationTime")}),
        (("inherited - 2", "inherited - 5"), {"Stock": ("attribute", "Stock")}),
        (
            ("StrikedPrice > Price", "StrikedPrice > Price * 2"),
            {"StrikedPrice": ("requirement", "StrikedPrice")},
        ),
        (
            (
                '"Tracked"                       | 4.99 EUR',
                '"Tracked"                       | 5.99 EUR',
            ),
            {"ShippingCharges": ("attribute", "ShippingCharges")},
        ),
    ],
)
def test_the_rule_behind_a_change(
    project: Path, swap: tuple[str, str], wanted: dict[str, tuple[str, str]]
) -> None:
    edit(project, swap)
    found = causes(diff(ROOT, project, options=("--format", "json")))
    for attribute, cause in wanted.items():
        assert [c[:2] for c in found[attribute]] == [cause]
    assert {c[:2] for told in found.values() for c in told} == set(wanted.values())


def test_a_table_and_a_reading_are_causes_too(project: Path) -> None:
    edit(project, ("New,yes", "New,no"), file="rules/tables/brand_policy.csv")
    result = diff(ROOT, project, options=("--format", "json"))
    assert causes(result)["PriceMustBeAligned"][0][:2] == ("attribute", "PriceMustBeAligned")
    edit(project, ('"x-unit": "g"', '"x-unit": "kg"'), file="schemas/product.schema.json")
    result = diff(ROOT, project, options=("--format", "json"))
    assert ("field", "weight") in {c[:2] for told in causes(result).values() for c in told}


def test_a_decimal_slip_stands_out(project: Path) -> None:
    edit(project, ("otherwise    full_price", "otherwise    full_price * 10"))
    result = diff(ROOT, project)
    assert "WATCH OUT: Price is off by exactly 10, 100 or 1000 in" in result.output


def test_limits_decide_the_exit_code(project: Path) -> None:
    edit(project, *LOOSE)
    assert diff(ROOT, project, options=("--max-price-move", "20%")).exit_code == 0
    far = diff(ROOT, project, options=("--max-price-move", "10%"))
    assert far.exit_code == 1
    assert "beyond the limit: a Price moves by 11.1 %" in far.stderr
    assert diff(ROOT, project, options=("--max-rejected", "+5%")).exit_code == 0
    assert diff(ROOT, project, options=("--max-rejected", "+1%")).exit_code == 1
    assert "write `20%`" in diff(ROOT, project, options=("--max-rejected", "a lot")).output


def previewed(project: Path) -> dict[int, dict[str, Any]]:
    words = ["preview", str(ROOT / "samples/catalogue.csv"), *OPTIONS, "--format", "jsonl"]
    result = CliRunner().invoke(feedwright, [*words, "--project", str(project)])
    return {row["row"]: row for row in map(json.loads, result.stdout.splitlines())}


def test_counts_are_those_of_two_previews_laid_side_by_side(project: Path) -> None:
    edit(project, *LOOSE, ("inherited - 2", "inherited - 5"), ("2 days", "3 days"))
    edit(project, ('| <= 30 kg || "Registered" ', '| <= 1 kg  || "Registered" '))
    told = json.loads(diff(ROOT, project, options=("--format", "json")).output)
    old, new = previewed(ROOT), previewed(project)
    outcomes = Counter(f"{row['outcome']}->{new[n]['outcome']}" for n, row in old.items())
    assert told["outcomes"] == outcomes
    both = [n for n, row in old.items() if row["outcome"] == new[n]["outcome"] == "offer"]
    pairs = [(old[n]["attributes"], new[n]["attributes"]) for n in both]
    assert told["offers_touched"] == sum(was != becomes for was, becomes in pairs)
    wanted: Counter[str] = Counter()
    for was, becomes in pairs:
        wanted.update(a for a in {*was, *becomes} if was.get(a) != becomes.get(a))
    counted: Counter[str] = Counter()
    for change in told["changes"]:
        counted[change["attribute"]] += change["offers"]
    assert counted == wanted
    assert len(wanted) >= 5


def git(folder: Path, *words: str) -> None:
    names = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", "-C", folder, *names, *words], check=True, capture_output=True)


def test_revisions_of_git(project: Path) -> None:
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    edit(project, ("2 days", "3 days"))
    inside = {"project": project, "options": ("--format", "json")}
    assert list(causes(diff("HEAD", **inside))) == ["PreparationTime"]
    git(project, "commit", "-qam", "second")
    assert list(causes(diff("main~1..main", **inside))) == ["PreparationTime"]
    assert json.loads(diff("HEAD", **inside).output)["same"] is True


@pytest.mark.parametrize("named", ["no-such-thing", "--help-me", "HEAD:rules", "../../no/such"])
def test_what_is_no_version(named: str) -> None:
    with pytest.raises(Exception, match="is no folder, no rule file and no revision of git"):
        CliRunner().invoke(
            feedwright,
            ["diff", "--feed", str(ROOT / "samples/catalogue.csv"), *OPTIONS, "--", named],
            catch_exceptions=False,
        )


def test_what_is_no_version_is_named_where_there_is_no_git(project: Path) -> None:
    wanted = (
        r"^`nope` is no folder, no rule file and no revision of git here \(git says: .*not a git"
    )
    with pytest.raises(ProjectError, match=wanted):
        diff("nope", project=project)


def test_rules_with_errors_are_not_compared(project: Path) -> None:
    edit(project, ("full_price * 90%", "ful_price * 90%"))
    result = diff(ROOT, project)
    assert result.exit_code == 2
    assert "have errors: no comparison" in result.output
