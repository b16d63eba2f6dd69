"""Where files of XML packages are put: a folder, S3 or SFTP, each behind a public https address."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from msgspec import Struct

from engine.errors import ProjectError
from engine.transport.http import address_parts, require_safe
from engine.transport.secrets import (
    Mask,
    Secret,
    secret_from_environment,
    secret_from_file,
)
from engine.values.placed import wrong

FOLDER, S3, SFTP = "", "s3", "sftp"
KEYS = {
    FOLDER: frozenset({"folder", "url"}),
    S3: frozenset({"folder", "url", "endpoint", "key", "secret"}),
    SFTP: frozenset({"folder", "url", "password", "key_file", "known_hosts"}),
}
SSH_PORT = 22
PATIENCE = 30  # seconds


class Place(Struct, frozen=True):
    """A place for files, as `sending.xml` of the settings says it.

    Attributes:
        root: the project's folder: a folder without a scheme stands in it.
        folder: a folder, `s3://BUCKET/PATH` or `sftp://USER@HOST/PATH`.
        url: where the marketplace reaches that folder.
        endpoint: of S3, where it is not Amazon's.
        key, secret: of S3; without them those that Amazon's own tools would find.
        password, key_file: of SFTP; without them the keys of this user and its ssh agent.
        known_hosts: the file with the server's key, `~/.ssh/known_hosts` if not given.
    """

    root: Path
    folder: str
    url: str
    endpoint: str | None = None
    key: str | None = None
    secret: str | None = None
    password: str | None = None
    key_file: str | None = None
    known_hosts: str | None = None

    @property
    def scheme(self) -> str:
        """`s3`, `sftp`, or nothing for a folder of this machine."""
        return self.folder.partition("://")[0].lower() if "://" in self.folder else FOLDER


def place_of(root: Path, read: Mapping[str, Any]) -> Place:
    """The place that `sending.xml` says.

    Raises:
        ProjectError: it says none, or one that cannot be used.
    """
    for key, value in read.items():
        if not isinstance(value, str) or not value or not value.isprintable():
            raise wrong(read, key, f"`sending.xml.{key}` must be a text of one line")
    if not {"folder", "url"} <= set(read):
        raise wrong(read, None, "sending.xml needs both `folder` and `url`")
    made = Place(root, **{k: v for k, v in read.items() if k in Place.__struct_fields__})
    if made.scheme not in KEYS:
        words = (
            f"sending.xml.folder: `{made.scheme}://` is not known; a folder, "
            "s3://BUCKET/PATH or sftp://USER@HOST/PATH"
        )
        raise wrong(read, "folder", words)
    unknown = sorted(set(read) - KEYS[made.scheme])
    if unknown:
        known = ", ".join(sorted(KEYS[made.scheme]))
        kind = f"{made.scheme}://" if made.scheme else "a folder"
        words = f"there is no setting `sending.xml.{unknown[0]}` for {kind}; known: {known}"
        raise wrong(read, unknown[0], words)
    _plain_addresses(made, read)
    return made


def _plain_addresses(place: Place, read: Mapping[str, Any]) -> None:
    _public(place.url, read)
    if place.endpoint is not None:
        with _placed(read, "endpoint"):
            require_safe(place.endpoint)
    if (place.key is None) != (place.secret is None):
        raise wrong(read, "key", "sending.xml needs `key` and `secret` together, or neither")
    if not place.scheme:
        return
    with _placed(read, "folder"):
        parts = address_parts(place.folder)
    if parts.password is not None:
        words = (
            "sending.xml.folder: a password does not stand in an address; `password` says where "
            "it stands (`env:NAME` or `file:PATH`)"
        )
        raise wrong(read, "folder", words)
    if not parts.hostname or not parts.path.strip("/"):
        shown = f"{place.scheme}://{parts.hostname or ''}"
        raise wrong(read, "folder", f"sending.xml.folder: `{shown}` names no folder there")
    if place.scheme == SFTP and not parts.username:
        words = "sending.xml.folder: say who writes there: sftp://USER@HOST/PATH"
        raise wrong(read, "folder", words)


def _public(url: str, read: Mapping[str, Any]) -> None:
    """Hold the address that the marketplace is told against what it may hold; it is not quoted."""
    with _placed(read, "url"):
        public = address_parts(url)
    if public.scheme != "https" or not public.hostname:
        words = "it is no https address, such as https://feeds.example.org/offers"
        raise wrong(read, "url", f"sending.xml.url: {words}")
    if "@" in public.netloc or public.query or public.fragment:
        words = (
            f"sending.xml.url: no user, password, query or fragment stands in https://{public.hostname}"
            ": the name of each file is written behind it, and it is told to the marketplace as it is"
        )
        raise wrong(read, "url", words)


@contextmanager
def _placed(read: Mapping[str, Any], key: str) -> Iterator[None]:
    """What is wrong with an address is told at its place in the settings."""
    try:
        yield
    except ProjectError as fault:
        raise wrong(read, key, f"sending.xml.{key}: {fault}") from None


Write = Callable[[IO[bytes]], None]


def put(place: Place, name: str, write: Write) -> str:
    """Put the file that `write` writes into `place`; where it stands.

    Raises:
        ProjectError: it cannot be put there, whatever the reason; no secret stands in it.
    """
    mask = Mask()
    shown = f"{place.folder.rstrip('/')}/{name}"
    try:
        with _opened(place, mask) as (system, folder):
            if place.scheme != S3:  # there it would make a bucket
                with suppress(FileExistsError):
                    system.makedirs(folder, exist_ok=True)
            with system.open(f"{folder}/{name}", "wb") as to:
                write(to)
    except (ProjectError, MemoryError):
        raise
    except Exception as fault:  # noqa: BLE001 - each library of a place has its own
        words = mask(str(fault)) or type(fault).__name__
        raise ProjectError(f"{shown}: cannot be written: {words[:300]}{_hint(place)}") from None
    return shown


def _hint(place: Place) -> str:
    if place.scheme == SFTP:
        known = place.known_hosts or "~/.ssh/known_hosts"
        return f" (the server's key must stand in {known})"
    return ""


@contextmanager
def _opened(place: Place, mask: Mask) -> Iterator[tuple[Any, str]]:
    """A file system of fsspec, and the folder in it; what it holds open is closed."""
    if place.scheme == S3:
        system = _s3(place, mask)
        try:
            yield system, place.folder.partition("://")[2].rstrip("/")
        finally:
            system.close_session(system.loop, system.s3)
    elif place.scheme == SFTP:
        with _ssh(place, mask) as client, client.open_sftp() as files:
            from fsspec.implementations.sftp import SFTPFileSystem  # noqa: PLC0415 - an extra

            class Connected(SFTPFileSystem):  # type: ignore[misc]  # fsspec has no types
                def _connect(self) -> None:
                    self.client, self.ftp = client, files

            host = urlsplit(place.folder).hostname
            yield Connected(host, skip_instance_cache=True), urlsplit(place.folder).path.rstrip("/")
    else:
        from fsspec.implementations.local import LocalFileSystem  # noqa: PLC0415 - only XML needs it

        yield LocalFileSystem(), str(place.root / place.folder).rstrip("/")


def _s3(place: Place, mask: Mask) -> Any:
    try:
        from s3fs import S3FileSystem  # noqa: PLC0415 - an extra
    except ImportError:
        raise _lacking(place) from None
    own = {} if place.endpoint is None else {"endpoint_url": place.endpoint}
    return S3FileSystem(
        key=_revealed(place, place.key, mask),
        secret=_revealed(place, place.secret, mask),
        client_kwargs=own,
        config_kwargs={"connect_timeout": PATIENCE, "read_timeout": PATIENCE},
        skip_instance_cache=True,
        use_listings_cache=False,
    )


@contextmanager
def _ssh(place: Place, mask: Mask) -> Iterator[Any]:
    """A connection to a server whose key is known: fsspec's own takes any, and shows it the password."""
    try:
        from paramiko import RejectPolicy, SSHClient  # noqa: PLC0415 - an extra
    except ImportError:
        raise _lacking(place) from None
    parts = urlsplit(place.folder)
    password = _revealed(place, place.password, mask)
    key_file = None if place.key_file is None else str(place.root / place.key_file)
    own = password is None and key_file is None
    with SSHClient() as client:
        client.set_missing_host_key_policy(RejectPolicy())
        if place.known_hosts is None:
            client.load_system_host_keys()
        else:
            client.load_host_keys(str(place.root / place.known_hosts))
        client.connect(
            parts.hostname,
            port=parts.port or SSH_PORT,
            username=parts.username,
            password=password,
            key_filename=key_file,
            allow_agent=own,
            look_for_keys=own,
            timeout=PATIENCE,
            banner_timeout=PATIENCE,
            auth_timeout=PATIENCE,
            channel_timeout=PATIENCE,
        )
        yield client


def _lacking(place: Place) -> ProjectError:
    return ProjectError(
        f"{place.folder}: {place.scheme}:// needs more than is installed: "
        f"pip install 'feedwright[{place.scheme}]'"
    )


def _revealed(place: Place, source: str | None, mask: Mask) -> str | None:
    if source is None:
        return None
    secret = secret_of(place.root, source)
    mask.add(secret)
    return secret.reveal()


def secret_of(root: Path, source: str) -> Secret:
    """The secret that stands where `source` says: `env:NAME` or `file:PATH`.

    Raises:
        ProjectError: it does not, or others may read it.
    """
    kind, _, name = source.partition(":")
    if kind == "env":
        return secret_from_environment(name, os.environ)
    if kind == "file":
        return secret_from_file(root / name)
    raise ProjectError("feedwright.yaml: say where a secret stands: `env:NAME` or `file:PATH`")
