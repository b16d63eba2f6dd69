"""Where XML packages are put: a folder, a real SFTP server, a stand-in for S3 over real sockets."""

import asyncio
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from simulator.market import SELLER

from engine.cli.main import feedwright
from engine.errors import ProjectError
from engine.outbox.offers import FULL, OfferLine
from engine.outbox.places import Place, place_of, put
from engine.outbox.xml_files import publisher

URL = "https://feeds.example.org/offers"
OFFERS = [
    OfferLine(
        f"S-{n}", "new", "xml", FULL, "{}", "1.00", 1, floor=False, row=n, xml=f'<Offer Id="{n}"/>'
    )
    for n in range(3)
]


def read(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return archive.read("Content/offers.xml")


def test_a_folder_of_the_project_is_made(tmp_path: Path) -> None:
    place = place_of(tmp_path, {"folder": "var/public", "url": f"{URL}/"})
    assert publisher(place, "CDISFR")("p 1", OFFERS) == f"{URL}/p%201.zip"
    assert read(tmp_path / "var/public/p 1.zip").count(b"<Offer Id=") == 3


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    place = place_of(tmp_path, {"folder": "var", "url": URL})
    with pytest.raises(ProjectError, match=r"var/p\.zip: cannot be written"):
        publisher(place, None)("p", OFFERS)


@pytest.mark.parametrize(
    ("read", "told"),
    [
        ({"folder": "a"}, "both `folder` and `url`"),
        ({"folder": "a", "url": "http://x.test"}, "no https address"),
        ({"folder": "a", "url": "x.test/pw"}, "no https address"),
        ({"folder": "a", "url": "https://bob:pw@x.test/"}, "no user, password, .* https://x.test:"),
        ({"folder": "a", "url": "https://x.test/a?token=pw"}, "no user, password, query"),
        ({"folder": "a", "url": "https://x.test/a#pw"}, "no user, password, query or fragment"),
        ({"folder": "a", "url": "https://[::1/pw"}, "url: no address that can be read"),
        ({"folder": "a", "url": "https://bob:pw"}, "url: no address that can be read"),
        ({"folder": "sftp://[::1/pw", "url": URL}, "folder: no address that can be read"),
        ({"folder": "sftp://me@x.test:99999/a", "url": URL}, "folder: no address that"),
        ({"folder": "s3://b/a", "url": URL, "endpoint": "https://[pw"}, "endpoint: no address"),
        ({"folder": "a\0b", "url": URL}, "folder` must be a text of one line"),
        (
            {"folder": "a", "url": URL, "key": "env:A"},
            r"no setting `sending\.xml\.key` for a folder",
        ),
        ({"folder": "ftp://x.test/a", "url": URL}, "`ftp://` is not known"),
        ({"folder": "s3://", "url": URL}, "names no folder"),
        ({"folder": "s3://b/a", "url": URL, "key": "env:A"}, "together"),
        ({"folder": "s3://b/a", "url": URL, "endpoint": "http://s3.test"}, "only https"),
        ({"folder": "sftp://x.test/a", "url": URL}, "say who writes"),
        ({"folder": "sftp://me:pw@x.test/a", "url": URL}, "a password does not stand"),
        ({"folder": "sftp://me@x.test/", "url": URL}, "names no folder"),
        ({"folder": ["a"], "url": URL}, "must be a text"),
    ],
)
def test_places_that_cannot_be_used(tmp_path: Path, read: dict[str, Any], told: str) -> None:
    with pytest.raises(ProjectError, match=told) as fault:
        place_of(tmp_path, read)
    assert "pw" not in str(fault.value)


@pytest.mark.parametrize(("scheme", "module"), [("s3", "s3fs"), ("sftp", "paramiko")])
def test_what_is_not_installed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, "fsspec.implementations.sftp", raising=False)
    place = place_of(tmp_path, {"folder": f"{scheme}://me@x/a", "url": URL})
    with pytest.raises(ProjectError, match=rf"pip install 'feedwright\[{scheme}\]'"):
        put(place, "p.zip", bytes)


# SFTP


@dataclass
class Sftp:
    """A server on loopback: `root` is its `/`."""

    port: int
    root: Path
    host_key: str

    def place(self, folder: Path, **more: str) -> Place:
        known = folder / "known_hosts"
        if not known.exists():
            known.write_text(f"[127.0.0.1]:{self.port} {self.host_key}\n")
        more.setdefault("known_hosts", "known_hosts")
        more.setdefault("password", "env:SFTP_PASSWORD")
        address = f"sftp://shop@127.0.0.1:{self.port}/feeds/offers"
        return place_of(folder, {"folder": address, "url": URL, **more})


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sftp]:
    import asyncssh

    root = tmp_path_factory.mktemp("sftp")
    (root / "feeds").mkdir()
    key = asyncssh.generate_private_key("ssh-ed25519")
    client = asyncssh.generate_private_key("ssh-ed25519")
    client.write_private_key(str(root / "client_key"))

    connected: list[Any] = []

    class Server(asyncssh.SSHServer):
        def connection_made(self, conn: Any) -> None:
            connected.append(conn)

        def begin_auth(self, _: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("shop", "hunter2")

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, _: str, key: Any) -> bool:
            return bool(key.export_public_key() == client.export_public_key())

    loop, ready, found = asyncio.new_event_loop(), threading.Event(), {}

    async def serve() -> None:
        found["server"] = await asyncssh.create_server(
            Server,
            "127.0.0.1",
            0,
            server_host_keys=[key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(root)),
        )
        ready.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(20)
    port = found["server"].get_port()
    yield Sftp(port, root, key.export_public_key().decode().strip())

    async def end() -> None:
        found["server"].close()
        for connection in connected:
            connection.abort()
            await connection.wait_closed()
        await found["server"].wait_closed()
        await asyncio.sleep(0)  # what was aborted is closed in the loop's next turn

    asyncio.run_coroutine_threadsafe(end(), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFTP_PASSWORD", "hunter2")
    monkeypatch.setenv("S3_KEY", "any")
    monkeypatch.setenv("S3_SECRET", "hunter3")


def test_a_package_goes_to_an_sftp_server(tmp_path: Path, sftp: Sftp) -> None:
    place = sftp.place(tmp_path)
    for name in ("one", "two"):  # the folder is made by the first
        assert publisher(place, "CDISFR")(name, OFFERS) == f"{URL}/{name}.zip"
    found = sorted(p.name for p in (sftp.root / "feeds/offers").iterdir())
    assert found == ["one.zip", "two.zip"]
    assert read(sftp.root / "feeds/offers/one.zip").count(b"<Offer Id=") == 3


def test_a_key_file_opens_an_sftp_server(tmp_path: Path, sftp: Sftp) -> None:
    place = sftp.place(tmp_path)
    values = {"folder": place.folder, "url": URL, "known_hosts": "known_hosts"}
    place = place_of(tmp_path, {**values, "key_file": str(sftp.root / "client_key")})
    publisher(place, None)("by-key", OFFERS)
    assert (sftp.root / "feeds/offers/by-key.zip").is_file()


def test_a_wrong_password_is_told_without_it(
    tmp_path: Path, sftp: Sftp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SFTP_PASSWORD", "hunter1")
    with pytest.raises(ProjectError, match="Authentication failed") as fault:
        publisher(sftp.place(tmp_path), None)("p", OFFERS)
    assert "hunter" not in str(fault.value)


def test_a_server_whose_key_is_not_known_gets_no_password(tmp_path: Path, sftp: Sftp) -> None:
    (tmp_path / "known_hosts").write_text("")
    with pytest.raises(ProjectError, match=r"key must stand in known_hosts"):
        publisher(sftp.place(tmp_path), None)("stranger", OFFERS)
    assert not (sftp.root / "feeds/offers/stranger.zip").exists()


def test_a_server_with_another_key_gets_nothing(tmp_path: Path, sftp: Sftp) -> None:
    import asyncssh

    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{sftp.port} {other}\n")
    with pytest.raises(ProjectError, match="cannot be written"):
        publisher(sftp.place(tmp_path), None)("stranger", OFFERS)
    assert not (sftp.root / "feeds/offers/stranger.zip").exists()


def test_a_server_that_is_gone_is_told(tmp_path: Path, sftp: Sftp) -> None:
    place = sftp.place(tmp_path)
    gone = Place(tmp_path, place.folder.replace(str(sftp.port), "1"), URL, password=place.password)
    with pytest.raises(ProjectError, match="cannot be written"):
        publisher(gone, None)("p", OFFERS)


# S3


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    import requests
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    base = f"http://{host}:{port}"
    requests.put(f"{base}/feeds", timeout=10).raise_for_status()
    yield base
    server.stop()


def bucket(root: Path, base: str, folder: str = "s3://feeds/shop/offers") -> Place:
    keys = {"key": "env:S3_KEY", "secret": "env:S3_SECRET"}
    return place_of(root, {"folder": folder, "url": URL, "endpoint": base, **keys})


def stored(base: str, name: str) -> bytes:
    """What an own client finds there."""
    from s3fs import S3FileSystem

    own = {"endpoint_url": base}
    files = S3FileSystem(key="a", secret="b", client_kwargs=own, skip_instance_cache=True)  # noqa: S106 - nobody's
    found: bytes = files.cat_file(f"feeds/shop/offers/{name}")
    files.close_session(files.loop, files.s3)
    return found


def test_a_package_goes_to_s3(tmp_path: Path, s3: str) -> None:
    assert publisher(bucket(tmp_path, s3), "CDISFR")("one", OFFERS) == f"{URL}/one.zip"
    (tmp_path / "got.zip").write_bytes(stored(s3, "one.zip"))
    assert read(tmp_path / "got.zip").count(b"<Offer Id=") == 3


def test_a_bucket_that_is_not_there_is_told(tmp_path: Path, s3: str) -> None:
    place = bucket(tmp_path, s3, folder="s3://nobody/a")
    with pytest.raises(ProjectError, match=r"s3://nobody/a/p\.zip: cannot be written") as fault:
        publisher(place, None)("p", OFFERS)
    assert "hunter" not in str(fault.value)


def test_a_whole_package_is_written(tmp_path: Path, s3: str, sftp: Sftp) -> None:
    """The same bytes wherever it goes, also where it is larger than any buffer on the way."""
    import random

    content = random.Random(1).randbytes(12_000_000)  # noqa: S311 - only bytes

    def write(to: Any) -> None:
        for first in range(0, len(content), 1_000_000):
            to.write(content[first : first + 1_000_000])

    put(bucket(tmp_path, s3), "large.zip", write)
    assert stored(s3, "large.zip") == content
    put(sftp.place(tmp_path), "large.zip", write)
    assert (sftp.root / "feeds/offers/large.zip").read_bytes() == content


def test_a_command_says_what_place_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "feedwright.yaml").write_text(
        f"sellers: {{'{SELLER}': {{client_id: env:ID, client_secret: env:SECRET}}}}\n"
        "sending:\n  xml: {folder: 'gs://bucket/a', url: 'https://x.test/a'}\n"
    )
    said = CliRunner().invoke(feedwright, ["sync", "offers", "--project", str(tmp_path)])
    assert isinstance(said.exception, ProjectError)
    assert "`gs://` is not known" in str(said.exception)
