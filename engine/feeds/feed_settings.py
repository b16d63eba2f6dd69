"""The settings of a feed: how its file is written, what is joined to it, which rows inherit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from engine.values.placed import but, wrong

FORMATS = ("csv", "tsv", "jsonl", "json", "xml", "parquet", "xlsx")


class JoinSettings(Struct, frozen=True):
    """A second file whose columns are brought to the rows of the first.

    `key` is the column here, `other_key` there. `many` says what happens where several rows match:
    `reject` the row, take the `first`, or make a row for `each`.
    """

    path: str
    key: str
    other_key: str
    columns: tuple[str, ...] = ()
    prefix: str = ""
    many: str = "reject"
    settings: FeedSettings | None = None


class ParentSettings(Struct, frozen=True):
    """Rows that take empty cells from a parent row.

    `key` names the parent: the same text in rows that belong together (mode `group`: the first of
    them is the parent), or the `id` of another row (mode `reference`). `columns` are the ones to
    take over. `skip_parents` excludes the parents themselves, giving that reason.
    """

    key: str
    mode: str = "group"
    id: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    skip_parents: str = ""


class SkipSettings(Struct, frozen=True):
    """Rows that are no products, excluded with the reason `because`.

    Those in which all of `empty` are empty, or in which `column` has a value of `values`.
    """

    because: str
    empty: tuple[str, ...] = ()
    column: str = ""
    values: tuple[str, ...] = ()


class FeedSettings(Struct, frozen=True):
    """One entry under `feeds`; what is not said is detected and reported."""

    path: str | None = None
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'  # "" where quotes are text: `quote: none`
    header: tuple[str, ...] = ()  # the names of the columns of a file without a header
    records: str | None = None  # XML: the repeated element's path; JSON: the array's path
    sheet: str | None = None
    member: str | None = None
    join: tuple[JoinSettings, ...] = ()
    parent: ParentSettings | None = None
    skip: tuple[SkipSettings, ...] = ()


JOIN, SKIP = "- path: stock.csv", "- because: only an image"


def feed_settings(read: Mapping[str, Any], shown: str) -> FeedSettings:
    """The settings that `read` holds (texts, lists and mappings, as YAML gives them).

    Raises:
        ProjectError: something unknown or out of place stands there.
    """
    _known(read, FeedSettings, shown)
    made = FeedSettings(
        path=_text(read, "path", shown) or None,
        format=_one_of(read, "format", FORMATS, shown),
        encoding=_encoding(read, shown),
        delimiter=_delimiter(read, shown),
        quote=_quote(read, shown),
        header=_texts(read, "header", shown),
        records=_text(read, "records", shown) or None,
        sheet=_text(read, "sheet", shown) or None,
        member=_text(read, "member", shown) or None,
        join=tuple(_join(j, f"{shown}.join") for j in _entries(read, "join", shown, JOIN)),
        parent=_parent(read, f"{shown}.parent") if "parent" in read else None,
        skip=tuple(_skip(x, f"{shown}.skip") for x in _entries(read, "skip", shown, SKIP)),
    )
    if made.quote and made.quote == made.delimiter:
        raise wrong(read, "delimiter", f"{shown}: `quote` and `delimiter` are the same character")
    return made


def _join(read: Mapping[str, Any], shown: str) -> JoinSettings:
    own = set(JoinSettings.__struct_fields__) - {"settings"}
    rest = but(read, {k: v for k, v in read.items() if k not in own})
    key = _needed(read, "key", shown)
    return JoinSettings(
        path=_needed(read, "path", shown),
        key=key,
        other_key=_text(read, "other_key", shown) or key,
        columns=_texts(read, "columns", shown),
        prefix=_text(read, "prefix", shown),
        many=_one_of(read, "many", ("reject", "first", "each"), shown) or "reject",
        settings=feed_settings(rest, shown),
    )


def _parent(feed: Mapping[str, Any], shown: str) -> ParentSettings:
    read = feed["parent"]
    if not isinstance(read, dict):
        raise wrong(feed, "parent", f"{shown} must hold `key: ...` and what goes with it")
    _known(read, ParentSettings, shown)
    made = ParentSettings(
        key=_needed(read, "key", shown),
        mode=_one_of(read, "mode", ("group", "reference"), shown) or "group",
        id=_texts(read, "id", shown),
        columns=_texts(read, "columns", shown),
        skip_parents=_text(read, "skip_parents", shown),
    )
    if made.mode == "reference" and not made.id:
        raise wrong(read, "id", f"{shown}.id must name the column that `{made.key}` refers to")
    return made


def _skip(read: Mapping[str, Any], shown: str) -> SkipSettings:
    _known(read, SkipSettings, shown)
    made = SkipSettings(
        because=_needed(read, "because", shown),
        empty=_texts(read, "empty", shown),
        column=_text(read, "column", shown),
        values=_texts(read, "values", shown),
    )
    if not made.empty and not made.column:
        raise wrong(
            read, None, f"{shown} needs `empty: [columns]`, or `column:` with `values: [...]`"
        )
    return made


def _known(read: Mapping[str, Any], kind: type[Struct], shown: str) -> None:
    names = kind.__struct_fields__
    for key in read:
        if key not in names:
            from rapidfuzz import process  # noqa: PLC0415 - only faulty settings need it

            close = process.extractOne(str(key), names, score_cutoff=70)
            hint = f"did you mean `{close[0]}`?" if close else f"known: {', '.join(names)}"
            raise wrong(read, key, f"there is no setting `{shown}.{key}`; {hint}")


def _entries(
    read: Mapping[str, Any], key: str, shown: str, example: str
) -> list[Mapping[str, Any]]:
    value = read.get(key, [])
    if not isinstance(value, list):
        raise wrong(read, key, f"{shown}.{key} must be a list, each entry behind `- `")
    if not all(isinstance(entry, dict) for entry in value):
        raise wrong(read, key, f"{shown}.{key} must hold entries such as `{example}`")
    return value


def _text(read: Mapping[str, Any], key: str, shown: str) -> str:
    value = read.get(key, "")
    if not isinstance(value, str):
        raise wrong(read, key, f"{shown}.{key} must be a text")
    return value


def _needed(read: Mapping[str, Any], key: str, shown: str) -> str:
    value = _text(read, key, shown)
    if not value:
        raise wrong(read, key, f"{shown} needs `{key}`")
    return value


def _texts(read: Mapping[str, Any], key: str, shown: str) -> tuple[str, ...]:
    value = read.get(key, [])
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise wrong(read, key, f"{shown}.{key} must be a list of names: [a, b]")
    if len(set(value)) < len(value):
        raise wrong(read, key, f"{shown}.{key} names `{_twice(value)}` twice")
    return tuple(value)


def _twice(names: list[str]) -> str:
    return next(n for n in names if names.count(n) > 1)


def _one_of(read: Mapping[str, Any], key: str, known: tuple[str, ...], shown: str) -> str | None:
    value = _text(read, key, shown)
    if value and value not in known:
        raise wrong(read, key, f"{shown}.{key} is `{value}`; write one of {', '.join(known)}")
    return value or None


def _delimiter(read: Mapping[str, Any], shown: str) -> str | None:
    value = _text(read, "delimiter", shown)
    value = {"tab": "\t", "\\t": "\t"}.get(value, value)
    if value and not _is_mark(value):
        raise wrong(read, "delimiter", f"{shown}.delimiter must be one character, or `tab`")
    return value or None


def _quote(read: Mapping[str, Any], shown: str) -> str:
    value = _text(read, "quote", shown) or '"'
    if value == "none":
        return ""
    if not _is_mark(value):
        raise wrong(
            read, "quote", f"{shown}.quote must be one character, or `none` where quotes are text"
        )
    return value


def _is_mark(value: str) -> bool:
    return len(value) == 1 and value.isascii() and value not in "\r\n\x00\x1e"


def _encoding(read: Mapping[str, Any], shown: str) -> str | None:
    value = _text(read, "encoding", shown)
    try:
        "".encode(value or "utf-8")
    except (LookupError, ValueError):
        words = f"{shown}.encoding: there is no encoding `{value}`; write utf-8, cp1252, ..."
        raise wrong(read, "encoding", words) from None
    return value or None
