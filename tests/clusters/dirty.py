"""A feed with what makes splits hard: line ends in quotes, stray quotes, references that stand twice."""

from pathlib import Path

from engine.project import Project, load_project

ROOT = Path(__file__).parents[2]
_SAMPLE = (ROOT / "samples" / "catalogue.csv").read_text(encoding="utf-8").splitlines()


def project() -> Project:
    """The rules of this repository."""
    return load_project(ROOT)


def header() -> str:
    return _SAMPLE[0]


def rows(copies: int) -> list[str]:
    """The sample feed, several times over with other references, and faults here and there."""
    made = []
    for copy in range(copies):
        for number, line in enumerate(_SAMPLE[1:]):
            sku, rest = line.split(";", 1)
            made.append(f"{sku}-{copy};{rest}")
            if number % 97 == 5:
                made.append(f"{sku}-{max(copy - 1, 0)};{rest}")  # stands in an earlier copy as well
            if number % 113 == 7:
                # A line end, a delimiter and quotes within a quoted cell, which comes last.
                made.append(f'{sku}-q{copy};{rest.rpartition(";")[0]};"two\nlines; ""said"""')
            if number % 131 == 9:
                made.append(f'{sku}-s{copy};"5" pipe;{rest}')  # a quote that is no quote
            if number % 149 == 3:
                made.append(f"{sku}-w{copy};too;few")
    return made


def text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in (header(), *lines)).encode()
