"""`feedwright explain`: the page of a code, by number or name, and the list of all."""

from click.testing import CliRunner, Result

from engine.cli.main import feedwright
from engine.diagnostics.codes import all_codes


def explain(*words: str) -> Result:
    return CliRunner().invoke(feedwright, ["explain", *words])


def test_a_page_by_number_or_name() -> None:
    by_number = explain("n101")
    assert by_number.exit_code == 0
    assert by_number.output.startswith("# N101 unknown-field\n")
    assert explain("unknown-field").output == by_number.output


def test_without_a_code_all_are_listed_by_family() -> None:
    result = explain()
    assert result.exit_code == 0
    listed = [line.split()[0] for line in result.output.split("\n") if line.startswith("  ")]
    assert listed == sorted(listed, key=list(all_codes()).index)
    assert set(listed) == set(all_codes())
    assert "\nNames (N)\n  N101  error    unknown-field\n" in result.output


def test_the_closest_of_what_there_is_not() -> None:
    unknown = explain("N199")
    assert unknown.exit_code == 2
    assert "no diagnostic has the code N199; closest: N109" in unknown.output
    assert "closest: unknown-field" in explain("unknown-feild").output
