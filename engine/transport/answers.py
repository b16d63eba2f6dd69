"""What an answer's body holds, believed only after it was read exactly and held against a schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from msgspec import Struct
from referencing import Registry, Resource

from engine.errors import ProjectError
from engine.resources import bundled, bundled_files
from engine.transport.http import HttpAnswer
from engine.transport.outcome import Answer

JSON_TYPES = frozenset({"application/json", "application/problem+json", "text/json"})
LONGEST_NUMBER = 100  # digits
MOST_SHOWN = 300  # characters of what an answer says
TRACES = ("x-request-id", "request-id", "x-correlation-id", "traceparent")


def read_answer(answer: HttpAnswer, good: Mapping[int, str | None]) -> Answer:
    """What `answer` says, and its fault where it is not to be believed.

    Args:
        answer: as it came.
        good: the statuses that say that the request was done, each with the schema file that its
            body must fit, None where none is asked for.
    """
    body, fault = _document(answer)
    schema = good.get(answer.status)
    if 300 <= answer.status < 400:
        fault = "it redirects elsewhere; redirects are never followed"
    elif answer.status in good:
        # Where no body is asked for, whatever stands there says nothing.
        fault = (fault or _misfit(schema, body)) if schema is not None else ""
    elif 200 <= answer.status < 300:
        fault = f"status {answer.status} is not known of this request"
    trace = _trace_of(answer.headers) or _trace_in(body)
    return Answer(answer.status, answer.headers, body, trace or None, fault or None)


def _document(answer: HttpAnswer) -> tuple[Any, str]:
    if not answer.body.strip():
        return None, ""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in JSON_TYPES and not kind.endswith("+json"):
        return None, f"its content type is `{_plain(kind)[:60]}`, not JSON"
    try:
        return exact_json(answer.body), ""
    except ValueError as fault:
        return None, str(fault)


def exact_json(body: bytes) -> Any:
    """JSON as data with every number exact (int or Decimal), no key twice in one object.

    Raises:
        ValueError: it is none, or none that is worth reading.
    """
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_no_number,
            object_pairs_hook=_unique,
        )
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except json.JSONDecodeError as fault:
        raise ValueError(f"it is not JSON from character {fault.pos} on") from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _decimal(word: str) -> Decimal:
    found = Decimal(word) if len(word) <= LONGEST_NUMBER else None
    # 1e999999999 is short to write; nobody wants it written out.
    if found is None or not -LONGEST_NUMBER <= found.adjusted() <= LONGEST_NUMBER:
        raise ValueError("a number in it is too long")
    return found


def _integer(word: str) -> int:
    if len(word) > LONGEST_NUMBER:
        raise ValueError("a number in it is too long")
    return int(word)


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _misfit(schema: str, document: Any) -> str:
    """Where and how `document` does not fit, without what it holds: that may be a customer's."""
    error = next(iter(validator(schema).iter_errors(document)), None)
    if error is None:
        return ""
    place = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in error.absolute_path)
    return f"it does not fit {schema} at `{place.lstrip('.') or 'the top'}` ({error.validator})"


@cache
def validator(schema: str) -> Draft202012Validator:
    """The validator of a schema file that ships with Feedwright.

    Raises:
        ProjectError: this installation lacks the file.
    """
    try:
        read = json.loads(bundled(schema))
    except json.JSONDecodeError as fault:
        raise ProjectError(f"{schema}: not JSON, line {fault.lineno}") from None
    return Draft202012Validator(read, registry=_registry(schema.rpartition("/")[0]))


@cache
def _registry(folder: str) -> Registry[Any]:
    """The schemas beside each other in `folder`, by their `$id`: they refer to one another."""
    found = (json.loads(bundled(n)) for n in bundled_files(folder) if n.endswith(".schema.json"))
    pairs = [(s["$id"], Resource.from_contents(s)) for s in found if "$id" in s]
    return Registry[Any]().with_resources(pairs)


class Problem(Struct, frozen=True):
    """What a marketplace says is wrong (`application/problem+json`, RFC 9457, or near it)."""

    status: int
    title: str
    detail: str
    fields: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        """In one line, as it may be shown: bounded, no control characters."""
        return f"{self.status} {self.words}".rstrip()

    @property
    def words(self) -> str:
        """What it says beside the number; "" where that is nothing."""
        said = [self.title, self.detail]
        said += [f"{name}: {'; '.join(words)}" for name, words in self.fields.items()]
        return " | ".join(s for s in said if s)[:MOST_SHOWN]


def problem_of(answer: Answer) -> Problem:
    """What an answer says is wrong; empty words where it says nothing that is understood."""
    read = answer.body if isinstance(answer.body, dict) else {}
    errors = read.get("errors")
    fields = {}
    if isinstance(errors, dict):
        fields = {_plain(name): _words(said) for name, said in errors.items()}
    title = read.get("title") or read.get("message") or read.get("error_description")
    return Problem(answer.status, _plain(title), _plain(read.get("detail")), fields)


def _words(said: Any) -> tuple[str, ...]:
    return tuple(_plain(w) for w in said) if isinstance(said, list) else (_plain(said),)


def _plain(said: Any) -> str:
    if not isinstance(said, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in said[:MOST_SHOWN]).strip()


def _trace_of(headers: Mapping[str, str]) -> str:
    """The id that the marketplace's support can find a request by, where a header holds one."""
    for name in TRACES:
        if name in headers:
            return _plain(headers[name])[:100]
    return ""


def _trace_in(body: Any) -> str:
    found = body.get("traceId") if isinstance(body, dict) else None
    return _plain(found)[:100]
