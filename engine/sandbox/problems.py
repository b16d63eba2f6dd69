"""Refusals as the marketplace writes them: `application/problem+json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TITLES = {
    400: "One or more validation errors occurred.",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "An error occurred while processing your request.",
}


class RefusedError(Exception):
    """The request is refused with `status`; nothing changed."""

    def __init__(
        self, status: int, detail: str, errors: Mapping[str, list[str]] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors


def problem(status: int, detail: str, errors: Mapping[str, list[str]] | None = None) -> Any:
    """The body of a refusal."""
    body: dict[str, Any] = {
        "type": f"https://tools.ietf.org/html/rfc9110#status-{status}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
    }
    return body | ({"errors": dict(errors)} if errors else {})
