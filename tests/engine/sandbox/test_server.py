"""The sandbox as a server and a command: loopback only, its own addresses, its ledger as a file."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from engine.errors import ProjectError
from engine.sandbox.seeds import seeded_orders
from engine.sandbox.server import Sandbox
from engine.sandbox.settings import Settings
from engine.transport.connection import Connection

COMMAND = [str(Path(sys.executable).with_name("feedwright")), "sandbox"]


def own(sandbox: Sandbox, path: str) -> str:
    return f"http://127.0.0.1:{sandbox.port}/sandbox/{path}"


def test_it_listens_on_loopback_alone(sandbox: Sandbox) -> None:
    assert sandbox._socket.getsockname()[0] == "127.0.0.1"


def test_a_port_that_is_taken(sandbox: Sandbox) -> None:
    with pytest.raises(ProjectError, match=f"port {sandbox.port}"):
        Sandbox(port=sandbox.port)


def test_the_ledger_as_a_file_and_at_its_address(
    start_sandbox: Callable[..., Sandbox], connect_to: Callable[..., Connection], tmp_path: Path
) -> None:
    from engine.transport.outcome import Call

    path = tmp_path / "ledger.jsonl"
    sandbox = start_sandbox(ledger_file=path)
    body = b'{"approval_status":"Refused"}'
    connect_to(sandbox).send(Call("POST", "/orders/SB10001-000001/approval-status", (), body))
    told = requests.get(own(sandbox, "ledger"), timeout=5).json()["effects"]
    assert told == [json.loads(line) for line in path.read_text().splitlines()]
    assert told == [
        {
            "at": "2026-11-25T12:00:00.000Z",
            "detail": {},
            "kind": "refuse",
            "number": 1,
            "seller": "10001",
            "subject": "SB10001-000001",
        }
    ]
    assert requests.get(own(sandbox, "ledger?kind=ship"), timeout=5).json() == {"effects": []}


def test_the_clock_is_set(sandbox: Sandbox) -> None:
    def post(body: object) -> requests.Response:
        return requests.post(own(sandbox, "clock"), json=body, timeout=5)

    assert post({"now": "2026-01-01T00:00:00Z", "advance": 5}).json() == {
        "now": "2026-01-01T00:00:05.000Z",
        "running": False,
    }
    for wrong in ({"now": "noon"}, {"now": "2026-01-01T00:00:00"}, [], {"advance": "x"}):
        assert post(wrong).status_code == 400
    assert post({"running": True}).json()["running"] is True


def test_faults_are_replaced_and_told(sandbox: Sandbox, connection: Connection) -> None:
    from engine.transport.outcome import Call

    fault = {"do": "500-before", "on": "GET /carriers", "times": 1}
    answer = requests.put(own(sandbox, "faults"), json={"faults": [fault]}, timeout=5)
    assert answer.json() == {"faults": 1}
    connection.send(Call("GET", "/carriers"))
    struck = requests.get(own(sandbox, "faults"), timeout=5).json()["struck"]
    assert struck == [{"do": "500-before", "request": "GET /carriers"}]
    wrong = requests.put(own(sandbox, "faults"), json={"faults": [{"do": "x"}]}, timeout=5)
    assert wrong.status_code == 400


def test_orders_are_added(sandbox: Sandbox, connection: Connection) -> None:
    from engine.octopia.reads import OctopiaReads

    body = {"orderId": "NEW-1", "status": "InPreparation"}
    assert requests.post(own(sandbox, "orders"), json=body, timeout=5).status_code == 201
    assert OctopiaReads(connection).order("NEW-1").items[0]["status"] == "InPreparation"
    assert requests.post(own(sandbox, "orders"), json={}, timeout=5).status_code == 400


def test_seeded_orders_are_the_same_for_the_same_seed(sandbox: Sandbox) -> None:
    now = sandbox.clock.now()
    assert list(seeded_orders(Settings(), now)) == list(seeded_orders(Settings(), now))
    assert list(seeded_orders(Settings(seed=2), now)) != list(seeded_orders(Settings(), now))


def test_seeded_orders_are_read_as_orders(sandbox: Sandbox) -> None:
    from engine.orders.documents import read_order_text
    from engine.sandbox.ledger import json_bytes

    orders = list(seeded_orders(Settings(orders=5), sandbox.clock.now()))
    for read in read_order_text(json_bytes(orders)):
        assert read.diagnostics == ()
        assert read.document is not None
        assert read.document.unknown == ()


def test_the_command_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    run = subprocess.Popen(
        [*COMMAND, "--port", "0", "--ledger", str(tmp_path / "l.jsonl"), "--seller", "7"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    said = [run.stdout.readline() for _ in range(4)]
    root = said[0].split()[1].removesuffix("/seller/v2")
    assert said[3].startswith("seller  7;")
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(f"{root}/sandbox/ledger", timeout=10).json() == {"effects": []}
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=20) == ("", "")
    assert run.returncode == 0


@pytest.mark.parametrize("arguments", [["--faults", "nonsense"], ["--ledger", "/nowhere/x.jsonl"]])
def test_the_command_says_what_it_cannot_do(arguments: list[str]) -> None:
    run = subprocess.run(
        [*COMMAND, "--port", "0", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr.startswith("feedwright: ")
    assert "Traceback" not in run.stderr


def test_the_faults_are_listed() -> None:
    run = subprocess.run(
        [*COMMAND, "--list-faults"], capture_output=True, text=True, timeout=30, check=True
    )
    assert "reset-after     done, but the connection is reset" in run.stdout


@pytest.mark.parametrize("faults", [[], ["reset-after"]])
def test_half_a_request_does_nothing(
    start_sandbox: Callable[..., Sandbox],
    connect_to: Callable[..., Connection],
    caplog: pytest.LogCaptureFixture,
    faults: list[str],
) -> None:
    from engine.octopia.reads import OctopiaReads
    from engine.sandbox.faults import Rule

    sandbox = start_sandbox()
    token = sandbox.world.give_token(
        {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    )["access_token"]
    sandbox.script.rules = [Rule(do) for do in faults]
    path = "/seller/v2/orders/SB10001-000001/approval-status"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nSellerId: 10001\r\n"
    )
    body = '{"approval_status":"Refused"}'
    with socket.create_connection(("127.0.0.1", sandbox.port)) as half:
        kind = "Content-Type: application/json\r\nContent-Length: 60\r\n\r\n"
        half.sendall((head + kind + body).encode())
    sandbox.script.rules = []
    order = OctopiaReads(connect_to(sandbox)).order("SB10001-000001").items[0]
    assert order["status"] == "WaitingAcceptance"
    assert sandbox.ledger.effects == []
    assert [record for record in caplog.records if record.exc_info] == []
