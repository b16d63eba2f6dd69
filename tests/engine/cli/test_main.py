"""What stops a run, as a person sees it."""

from collections.abc import Callable
from typing import NoReturn

import pytest

from engine.cli import main as module
from engine.errors import FeedError


class PanicError(BaseException):
    """Like a panic of Polars: no Exception."""


def _raising(fault: BaseException) -> Callable[..., NoReturn]:
    def command(**_: object) -> NoReturn:
        raise fault

    return command


def _run(
    fault: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[object, str]:
    monkeypatch.setattr(module, "feedwright", _raising(fault))
    with pytest.raises(SystemExit) as ended:
        module.main()
    return ended.value.code, capsys.readouterr().err


def test_a_feed_that_cannot_be_read_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown = _run(FeedError("a.csv: is empty"), monkeypatch, capsys)
    assert (code, shown) == (2, "feedwright: a.csv: is empty\n")


def test_a_full_disk_is_said_as_such(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown = _run(OSError(28, "No space left on device", "out.jsonl"), monkeypatch, capsys)
    assert code == 2
    assert shown.startswith("feedwright: out.jsonl: No space left on device: a file could not be")


def test_a_file_that_cannot_grow_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown = _run(OSError(27, "File too large"), monkeypatch, capsys)
    assert code == 2
    assert shown.startswith("feedwright: File too large: a file could not be written; make room")
    assert "stands in the journal" in shown
    assert "make room" not in _run(OSError(13, "Permission denied", "x"), monkeypatch, capsys)[1]


@pytest.mark.parametrize("fault", [KeyError("price"), PanicError("called unwrap")])
def test_an_internal_error_is_one_line_that_says_how_to_report_it(
    fault: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(module.TRACEBACK, raising=False)
    code, shown = _run(fault, monkeypatch, capsys)
    assert code == 2
    assert shown.count("\n") == 1
    assert "Traceback" not in shown
    assert (
        f"internal error, a fault of Feedwright and not of your files: {type(fault).__name__}"
        in shown
    )
    assert str(fault) in shown
    assert "FEEDWRIGHT_TRACEBACK=1" in shown


def test_long_words_of_a_library_are_cut_and_stay_on_the_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, shown = _run(ValueError("line\n" * 500), monkeypatch, capsys)
    assert shown.count("\n") == 1
    assert len(shown) < 600


def test_the_switch_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(module.TRACEBACK, "1")
    code, shown = _run(KeyError("price"), monkeypatch, capsys)
    assert code == 2
    assert shown.startswith("Traceback (most recent call last)")
    assert "KeyError: 'price'" in shown


def test_interrupting_and_ending_are_no_errors_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "feedwright", _raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        module.main()
    monkeypatch.setattr(module, "feedwright", _raising(SystemExit(1)))
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 1
