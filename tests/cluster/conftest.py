"""One Java for all Spark tests: sessions come one after the other, where the master changes."""

import os
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from clusters import deadly

from engine.cluster.session import has_java, start_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Short lives: no time to optimise, no threads to collect garbage, and Spark's classes are as they were built.
# And little memory: three Javas beside their Pythons stay within 2 GB.
_JAVA = (
    "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss512k -Xmn48m "
    "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote "
    "-XX:MinHeapFreeRatio=5 -XX:MaxHeapFreeRatio=10 -XX:ReservedCodeCacheSize=64m"
)
BUCKET = {
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_DEFAULT_REGION": "us-east-1",
}
_SMALL = {
    "spark.driver.memory": "460m",  # with less, Spark does not start
    "spark.executor.memory": "460m",
    "spark.default.parallelism": "2",
}


class Sessions:
    """The one session there is, on the master that was asked for last."""

    def __init__(self) -> None:
        self.master = ""
        self.session: Any = None

    def on(self, master: str) -> "SparkSession":
        if master != self.master:
            self.end()
            self.session = start_session(master, **_SMALL)
            # Workers cannot import what tests bring with them.
            from pyspark import cloudpickle

            cloudpickle.register_pickle_by_value(deadly)
            self.master = master
        session: SparkSession = self.session
        return session

    def end(self) -> None:
        if self.session is not None:
            self.session._jvm.System.gc()  # what it held is given back before the next one starts
            self.session.stop()
        self.session, self.master = None, ""


def _free_port() -> int:
    """A port that is free, and that the system gives to nobody who asks for any until it is used."""
    first = 20_000 + os.getpid() % 10_000  # below those that are given out
    for port in range(first, first + 1_000):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("no free port")


@pytest.fixture(scope="session")
def sessions() -> Iterator[Sessions]:
    if not has_java():
        pytest.skip("no Java: Spark cannot start")
    os.environ["JAVA_TOOL_OPTIONS"] = _JAVA
    os.environ["MALLOC_ARENA_MAX"] = "1"
    # Workers get the environment in which Java starts, so where a test's bucket will be is settled now.
    os.environ.update(BUCKET, AWS_ENDPOINT_URL=f"http://127.0.0.1:{_free_port()}")
    made = Sessions()
    yield made
    made.end()
    for name in ("JAVA_TOOL_OPTIONS", "MALLOC_ARENA_MAX", "AWS_ENDPOINT_URL", *BUCKET):
        del os.environ[name]
