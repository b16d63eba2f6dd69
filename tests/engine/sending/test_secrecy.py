"""No secret and no customer in anything that is written: a whole day, its files and what it said."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from engine.cli.main import feedwright

if TYPE_CHECKING:
    from engine.sandbox.server import Sandbox

ROOT = Path(__file__).parents[3]
SECRET, IDENTITY = "hunter2-of-tests", "client-of-tests"
TOKEN = "sandbox-token-"  # noqa: S105 - how the sandbox's begin
CUSTOMERS = ("Camille", "Exemple", "rue des Essais", "avenue du Mod", "place de la Maquette")


def feedwrights(folder: Path, *words: str) -> str:
    """What a command said, and what it would print where it ends with an exception."""
    ran = CliRunner().invoke(feedwright, [*words, "--project", str(folder)])
    return f"{ran.output}{ran.exception or ''}"


@pytest.fixture
def project(
    tmp_path: Path, start_sandbox: Callable[..., "Sandbox"], monkeypatch: pytest.MonkeyPatch
) -> Path:
    from engine.sandbox.clock import SandboxClock

    for part in ("rules", "samples", "schemas"):
        shutil.copytree(ROOT / part, tmp_path / part, copy_function=shutil.copyfile)
    (tmp_path / "var/published").mkdir(parents=True)
    sandbox = start_sandbox(clock=SandboxClock(), files=tmp_path / "var/published")
    settings = (ROOT / ".feedwright.yaml").read_text() + (ROOT / "samples/sandbox.yaml").read_text()
    settings = settings.replace("127.0.0.1:8787", f"127.0.0.1:{sandbox.port}")
    (tmp_path / ".feedwright.yaml").write_text(settings)
    monkeypatch.setenv("SANDBOX_ID", IDENTITY)
    monkeypatch.setenv("SANDBOX_SECRET", SECRET)
    return tmp_path


def written(folder: Path) -> dict[str, bytes]:
    """Every file that the commands wrote: journal, plans, packages, schedule."""
    return {
        str(Path(where) / name): (Path(where) / name).read_bytes()
        for where, _, names in os.walk(folder / "var")
        for name in names
    }


def test_a_day_writes_no_secret_and_no_customer(project: Path) -> None:
    offers, orders = str(project / "var/offers.jsonl"), str(project / "var/orders.json")
    feed, wanted = str(project / "samples/catalogue.csv"), str(project / "samples/wanted.csv")
    said = [
        feedwrights(project, "plan", feed, "--channel", "cdiscount_octopia", "--out", offers),
        feedwrights(project, "push", offers, "--first", "--wait", "0"),
        feedwrights(project, "orders", "list"),
        feedwrights(project, "orders", "list", "--format", "json"),
        feedwrights(project, "orders", "plan", wanted, "--out", orders),
        feedwrights(project, "orders", "push", orders, "--first"),
        feedwrights(project, "run", "--once"),
        feedwrights(project, "sync", "orders"),
        feedwrights(project, "show", orders),
        feedwrights(project, "orders", "held"),
        *(feedwrights(project, "journal", word) for word in ("list", "export", "verify")),
    ]
    everything = {**written(project), "what was said": "".join(said).encode()}
    assert len(everything) > 6
    assert b"SB10001-000002  InPreparation  ship by 20" in everything["what was said"]
    assert b"  1 x SKU-" in everything["what was said"]
    assert b'"state": "InPreparation"' in everything["what was said"]
    assert b"refund" in everything["what was said"]
    assert b"confirmed" in everything["what was said"]
    for name, content in everything.items():
        for hidden in (SECRET, IDENTITY, TOKEN, *CUSTOMERS):
            assert hidden.encode() not in content, (name, hidden)


def test_orders_that_cannot_be_read_are_told_without_their_customers(project: Path) -> None:
    address = {"firstName": "Camille", "lastName": "Exemple", "addressLine1": "1 rue des Essais"}
    good = {
        "orderId": "O-1",
        "status": "InPreparation",
        "salesChannel": {"id": "CDISFR"},
        "seller": {"id": "10001"},
        "billingAddress": address,
        "lines": [{"orderLineId": "1", "status": "InPreparation", "shippingAddress": address}],
    }
    broken = [
        {**good, "lines": [address]},
        {**good, "lines": address},
        {**good, "seller": address},
        {**good, "orderId": address},
        {**good, "billingAddress": "Camille Exemple"},
        {**good, "lines": [{**good["lines"][0], "parcels": "Camille Exemple"}]},  # type: ignore[index]
    ]
    lines = [json.dumps(one) for one in broken]
    lines += [lines[0][:-20], "Camille Exemple"]
    (project / "orders.jsonl").write_text("\n".join(lines) + "\n")
    (project / "wanted.csv").write_text("order,action,carrier,tracking_number\nO-1,ship,GLS,X1\n")
    out = project / "var/orders.json"
    said = feedwrights(
        project,
        *("orders", "plan", str(project / "wanted.csv"), "--out", str(out)),
        *("--orders", str(project / "orders.jsonl"), "--seller", "10001"),
    )
    assert "unread" in said
    for hidden in CUSTOMERS:
        assert hidden not in said
        assert not out.exists() or hidden not in out.read_text()
