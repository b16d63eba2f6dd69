"""What a command may write: nothing that it reads, nothing twice, nothing that a project lives from."""

import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from conftest import Feedwright, Ran

from engine.cli.main import feedwright as whole
from engine.cli.outputs import Output, OutputPath
from engine.errors import ProjectError

AT = ("--at", "2025-08-01T09:00+02:00")
# What each command that writes is called with here, and the file that it reads.
CALLS = {
    "docs": ((), None),
    "matrix": ((), None),
    "migrate calls": (("calls.jsonl",), "calls.jsonl"),
    "orders plan": (("wanted.csv", "--orders", "orders.jsonl"), "orders.jsonl"),
    "plan": (("chairs", *AT), "chairs.csv"),
    "preview": (("chairs", *AT), "chairs.csv"),
    "render": (("chairs", *AT, "--offers", "offers.jsonl"), "chairs.csv"),
    "sandbox": (("--faults", "faults.json"), "faults.json"),
    "show": (("plan.json",), "plan.json"),
    "timeline": ((), None),
}
FILES = [
    ("docs", "--out"),
    ("matrix", "--html"),
    ("migrate calls", "--out"),
    ("orders plan", "--html"),
    ("orders plan", "--out"),
    ("plan", "--html"),
    ("plan", "--out"),
    ("preview", "--html"),
    ("preview", "--summary"),
    ("render", "--offers"),
    ("render", "--rejections"),
    ("render", "--summary"),
    ("sandbox", "--ledger"),
    ("show", "--html"),
    ("timeline", "--html"),
]
FOLDERS = [("render", "--changes"), ("render", "--out"), ("sandbox", "--files")]
# Paths that are read, or a project to be made or changed: no option below is to be written.
READ = {
    ("orders act", "--order"),
    ("orders act", "--orders"),
    ("orders plan", "--orders"),
    ("init", "--from"),
    ("render", "--since"),
}
PLANS = [("orders plan", "--out"), ("plan", "--out")]
WITH_INPUT = [case for case in FILES if CALLS[case[0]][1]]


@pytest.fixture
def project(shop: Path) -> Path:
    """The small shop, with files for each command and a journal."""
    for name in ("calls.jsonl", "wanted.csv", "orders.jsonl", "plan.json", "faults.json"):
        (shop / name).write_text(f"{name}\n")
    (shop / "var/journal").mkdir(parents=True)
    (shop / "var/journal/10001.sqlite").write_bytes(b"what was sent")
    return shop


def _run(feedwright: Feedwright, project: Path, case: tuple[str, str], output: str) -> Ran:
    command, option = case
    words = CALLS[command][0]
    if option in words:  # the last one counts
        words = (*words[: words.index(option)], *words[words.index(option) + 2 :])
    return feedwright(*command.split(), *words, option, output, cwd=project)


def _all_of(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _refused(ran: Ran, option: str) -> None:
    assert (ran.code, ran.out) == (2, ""), ran.err
    last = ran.err.splitlines()[-1]
    assert last.startswith(f"Error: {option} "), ran.err
    assert last.endswith((": name another file", ": name a file elsewhere")), ran.err


# --- which options write --------------------------------------------------------------------------


def _options(
    group: click.Group, name: str = ""
) -> Iterator[tuple[tuple[str, str], click.Parameter]]:
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        called = f"{name} {word}".strip()
        if isinstance(command, click.Group):
            yield from _options(command, called)
        elif command is not None:
            for option in command.params:
                if isinstance(option, click.Option):
                    yield (called, option.opts[0]), option


def test_each_option_that_names_a_path_is_known_to_be_read_or_written() -> None:
    paths = {
        case: isinstance(option.type, OutputPath)
        for case, option in _options(whole)
        if isinstance(option.type, click.Path) and case[1] != "--project"
    }
    assert {case for case, is_output in paths.items() if is_output} == {*FILES, *FOLDERS}
    assert {case for case, is_output in paths.items() if not is_output} == READ


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("case", WITH_INPUT, ids=" ".join)
@pytest.mark.parametrize("way", ["plain", "dots", "symbolic link", "hard link", "half"])
def test_what_is_read_is_not_written(
    case: tuple[str, str], way: str, project: Path, feedwright: Feedwright
) -> None:
    read = project / str(CALLS[case[0]][1])
    output = {"plain": read.name, "dots": f"rules/.././{read.name}"}.get(way, "other")
    if way == "symbolic link":
        (project / output).symlink_to(read)
    elif way == "hard link":
        os.link(read, project / output)
    elif way == "half":  # what stands there until the output is whole
        (project / "other.part").symlink_to(read)
    before = _all_of(project)
    ran = _run(feedwright, project, case, output)
    if way == "half" and case in PLANS:  # it has a name of its own until it is whole
        assert "name another file" not in ran.err
        assert (project / "other.part").readlink() == read
        return
    _refused(ran, case[1])
    assert _all_of(project) == before


@pytest.mark.parametrize("case", FILES, ids=" ".join)
@pytest.mark.parametrize(
    "file",
    [
        "feedwright.yaml",
        "rules/offers.rules",
        "rules/faulty.rules",
        "rules/fixtures/chair.json",
        "schemas/product.schema.json",
        "chairs.csv",
    ],
)
def test_files_of_the_project_are_not_written(
    case: tuple[str, str], file: str, project: Path, feedwright: Feedwright
) -> None:
    before = _all_of(project)
    _refused(_run(feedwright, project, case, file), case[1])
    assert _all_of(project) == before


@pytest.mark.parametrize("case", [*FILES, ("sandbox", "--files")], ids=" ".join)
@pytest.mark.parametrize("place", ["10001.sqlite", "new.jsonl"])
def test_nothing_is_written_among_the_journals(
    case: tuple[str, str], place: str, project: Path, feedwright: Feedwright
) -> None:
    if case[1] == "--files":
        place = "new"
    before = _all_of(project)
    _refused(_run(feedwright, project, case, f"var/journal/{place}"), case[1])
    assert _all_of(project) == before


def test_a_journal_is_known_by_any_name(project: Path, feedwright: Feedwright) -> None:
    os.link(project / "var/journal/10001.sqlite", project / "copy")
    _refused(_run(feedwright, project, ("orders plan", "--out"), "copy"), "--out")


def test_a_journal_where_the_settings_put_it_is_known(
    project: Path, feedwright: Feedwright
) -> None:
    settings = project / "feedwright.yaml"
    settings.write_text(f"{settings.read_text()}sending:\n  journal: sent\n")
    _refused(_run(feedwright, project, ("matrix", "--html"), "sent/page.html"), "--html")


@pytest.mark.parametrize(
    ("command", "words", "told"),
    [
        ("render", ("--offers", "x", "--summary", "x"), "--summary is what --offers names"),
        ("render", ("--offers", "x", "--rejections", "./x"), "--rejections is what --offers names"),
        (
            "render",
            ("--offers", "x", "--rejections", "x.part"),
            "is where --offers is written until",
        ),
        ("render", ("--offers", "x.part", "--rejections", "x"), "is written as `x.part` until"),
        ("preview", ("--html", "x", "--summary", "x"), "--summary is what --html names"),
        ("plan", ("--out", "x", "--html", "x"), "--html is what --out names"),
        ("orders plan", ("--out", "x", "--html", "x"), "--html is what --out names"),
        ("sandbox", ("--ledger", "x", "--files", "x"), "--files is what --ledger names"),
    ],
)
def test_no_file_is_written_twice(
    command: str, words: tuple[str, ...], told: str, project: Path, feedwright: Feedwright
) -> None:
    first, *_ = CALLS[command]
    given = first[: first.index("--offers")] if "--offers" in first else first
    before = _all_of(project)
    ran = feedwright(*command.split(), *given, *words, cwd=project)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert _all_of(project) == before


@pytest.mark.parametrize(
    "words",
    [
        ("--out", "parts", "--offers", "parts/offers.jsonl"),
        ("--out", "parts", "--since", "earlier", "--changes", "parts"),
        ("--out", "earlier/news", "--since", "earlier", "--changes", "earlier"),
        ("--out", "rules"),
        ("--out", "."),
        ("--out", "var/journal"),
        ("--out", "parts", "--summary", "feeds/a.csv"),
    ],
)
def test_folders_of_spark_take_nothing_away(
    words: tuple[str, ...], project: Path, feedwright: Feedwright
) -> None:
    (project / "feeds").mkdir()
    (project / "feeds/a.csv").write_bytes((project / "chairs.csv").read_bytes())
    before = _all_of(project)
    ran = feedwright("render", "feeds/*.csv", *AT, "--engine", "spark", *words, cwd=project)
    assert (ran.code, ran.out) == (2, "")
    assert "name another file" in ran.err or "name a file elsewhere" in ran.err
    assert _all_of(project) == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--summary", "feeds/a.csv"), "--summary is the feed, which is read"),
        (("--summary", "rules/offers.rules"), "`rules/offers.rules`, a file of the project"),
        (("--out", "feeds"), "--out is the feed, which is read"),
        (("--offers", "o.jsonl"), "--offers and --rejections do not go with --manifest"),
    ],
)
def test_a_manifest_of_feeds_takes_none_of_them_away(
    words: tuple[str, ...], says: str, project: Path, feedwright: Feedwright
) -> None:
    (project / "feeds").mkdir()
    (project / "feeds/a.csv").write_bytes((project / "chairs.csv").read_bytes())
    (project / "sellers.csv").write_text("seller,project,feed\na,.,feeds/a.csv\n")
    before = _all_of(project)
    given = words if "--out" in words else ("--out", "parts", *words)
    ran = feedwright(
        *("render", "sellers.csv", "--manifest", *AT, "--engine", "spark", *given), cwd=project
    )
    assert (ran.code, ran.out) == (2, "")
    assert says in " ".join(ran.err.split())
    assert _all_of(project) == before


def test_the_feed_of_a_seller_whose_settings_are_broken_stays(
    project: Path, feedwright: Feedwright
) -> None:
    (broken := project / "b").mkdir()
    (broken / "feedwright.yaml").write_text("nonsense: [")
    (broken / "feed.csv").write_bytes(b"a,b\n")
    (project / "sellers.csv").write_text("seller,project,feed\nb,b,b/feed.csv\n")
    ran = feedwright(
        *("render", "sellers.csv", "--manifest", *AT, "--engine", "spark", "--out", "parts"),
        *("--summary", "b/feed.csv"),
        cwd=project,
    )
    assert (ran.code, (broken / "feed.csv").read_bytes()) == (2, b"a,b\n")
    assert "--summary is the feed, which is read" in ran.err


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (f"plans/{'ab' * 32}.json", "a plan that was pushed, which is kept to go on with"),
        ("schedule.json", "a file of `feedwright run`"),
        ("schedule.lock", "a file of `feedwright run`"),
    ],
)
def test_what_sending_lives_from_is_not_written_over(
    project: Path, feedwright: Feedwright, name: str, says: str
) -> None:
    path = project / "var" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"kept")
    ran = _run(feedwright, project, ("orders plan", "--out"), f"var/{name}")
    assert (ran.code, path.read_bytes()) == (2, b"kept")
    assert says in " ".join(ran.err.split())


def test_a_plan_is_no_device_and_no_pipe(project: Path, feedwright: Feedwright) -> None:
    os.mkfifo(project / "pipe")
    for command in ("plan", "orders plan"):
        ran = _run(feedwright, project, (command, "--out"), "pipe")
        assert ran.code == 2
        assert "--out is a device or a pipe: name a file for the plan" in ran.err
    assert (project / "pipe").is_fifo()


def test_a_plan_is_no_open_file(project: Path, feedwright: Feedwright) -> None:
    with (project / "log").open("wb") as log:
        ran = _run(feedwright, project, ("plan", "--out"), f"/dev/fd/{log.fileno()}")
    assert "--out is a device or a pipe: name a file for the plan" in ran.err


# --- what is well ---------------------------------------------------------------------------------


def test_devices_and_stdout_may_be_written_by_several(
    project: Path, feedwright: Feedwright
) -> None:
    null = ("--offers", "/dev/null", "--rejections", "/dev/null", "--summary", "/dev/null")
    assert feedwright("render", "chairs", *AT, *null, cwd=project).code == 0
    both = ("--offers", "-", "--summary", "-")
    assert feedwright("render", "chairs", *AT, *both, cwd=project).code == 0
    typed = (project / "chairs.csv").read_bytes()
    through = ("-", "--as", "chairs", *AT, "--offers", "-")
    assert feedwright("render", *through, cwd=project, stdin=typed).code == 0


def test_an_output_of_an_earlier_run_is_written_anew(project: Path, feedwright: Feedwright) -> None:
    words = ("--offers", "rules/o.jsonl", "--rejections", "r.jsonl", "--summary", "var/s.json")
    (project / "rules/o.jsonl.part").write_text("of a run that was stopped")
    for _ in range(2):
        assert feedwright("render", "chairs", *AT, *words, cwd=project).code == 0
    assert (project / "rules/o.jsonl").read_bytes().count(b"\n") == 3


def test_plans_may_stand_in_the_folder_of_the_journal(
    project: Path, feedwright: Feedwright
) -> None:
    settings = project / "feedwright.yaml"
    settings.write_text(f"{settings.read_text()}sending:\n  journal: var\n")
    assert (
        _run(feedwright, project, ("matrix", "--html"), "var/plans/x.html").code != 0
    )  # no orders
    ran = _run(feedwright, project, ("preview", "--summary"), "var/plans/s.json")
    assert "name a file elsewhere" not in ran.err
    _refused(_run(feedwright, project, ("preview", "--summary"), "var/s.json"), "--summary")


def test_new_calls_go_to_stdout(project: Path, feedwright: Feedwright) -> None:
    ran = _run(feedwright, project, ("migrate calls", "--out"), "-")
    assert "internal error" not in ran.err


def test_two_do_not_write_one_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "offers.jsonl"
    with Output(path) as file:
        file.write(b"one\n")
        with pytest.raises(ProjectError, match=r"offers\.jsonl: another process is writing it"):
            Output(path).__enter__()
        file.write(b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"
    with Output(path) as file:
        file.write(b"new\n")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("offers.jsonl", b"new\n")]
