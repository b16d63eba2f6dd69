"""A Spark session: on this machine with no server to start, or where `--master` says."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import EngineError, ProjectError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# The second number is how often a task is tried: plain `local[2]` gives up at the first.
HERE = "local[*,4]"
_SETTINGS = {
    "spark.app.name": "feedwright",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # Spark runs a worker for each core; Polars would start as many threads in each of them.
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
    # Lines are written in the order they come, a file each kind, without sorting them first.
    "spark.sql.maxConcurrentOutputFileWriters": "8",
    "spark.sql.session.timeZone": "UTC",
}
_LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


def start_session(master: str = HERE, **settings: str) -> SparkSession:
    """A session on `master`: `local[N,TRIES]`, `yarn`, `k8s://...`, `spark://...` or `sc://...`.

    Raises:
        ProjectError: PySpark, what it needs for that master, or Java is missing.
        EngineError: Spark does not start there.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise ProjectError(
            "PySpark is not installed; install Feedwright with it: pip install 'feedwright[spark]'"
        )
    remote = master.startswith("sc://")
    if not remote and not has_java():
        raise ProjectError(
            "Spark needs Java 17 or newer and there is none; install one (Debian: apt-get install "
            "openjdk-17-jre-headless) or let JAVA_HOME name it"
        )
    from pyspark.errors import PySparkException  # noqa: PLC0415 - only where asked for
    from pyspark.sql import SparkSession  # noqa: PLC0415

    here = master.startswith("local")
    if here:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder
    builder = builder.remote(master) if remote else builder.master(master)
    for name, value in {**_SETTINGS, **(_LOOPBACK if here else {}), **settings}.items():
        if not remote or name.startswith("spark.sql."):
            builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, RuntimeError, OSError, ImportError) as fault:
        says = last_line(fault)
        if "PACKAGE_NOT_INSTALLED" in says:
            raise ProjectError(
                f"{master} needs more of PySpark; install it: pip install 'pyspark[connect]' ({says})"
            ) from None
        raise EngineError(f"Spark does not start on {master}: {says}") from None


def has_java() -> bool:
    """Whether there is a Java to start Spark with."""
    home = os.environ.get("JAVA_HOME")
    return (Path(home) / "bin" / "java").is_file() if home else shutil.which("java") is not None


@contextmanager
def stopping() -> Iterator[None]:
    """What Spark raises, as what stops a run.

    Raises:
        EngineError: a worker could not do its part, or Spark itself died.
    """
    from py4j.protocol import Py4JError  # noqa: PLC0415 - only where asked for
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except PySparkException as fault:
        raise EngineError(f"Spark: {last_line(fault)}") from None
    except (Py4JError, ConnectionError) as fault:
        raise EngineError(
            f"Spark: its Java process does not answer any more ({last_line(fault)}); what was "
            "written is not whole, run it again"
        ) from None


def last_line(fault: BaseException) -> str:
    """What a worker's error says at the end: the lines above are Spark's way to it."""
    text = str(fault)
    with suppress(AttributeError):
        text = str(fault.getMessage()) or text  # type: ignore[attr-defined]
    lines = [line.strip() for line in text.split("JVM stacktrace")[0].splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("SQLSTATE")]
    told = [line for line in lines if line.startswith("engine.errors.")]
    found = (told or lines or [type(fault).__name__])[-1]
    return found.split(": ", 1)[1] if found.startswith("engine.errors.") else found


def stop_session(spark: SparkSession) -> None:
    """End the session; one that died has ended."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 - only where asked for

    with suppress(Py4JError, ConnectionError):
        spark.stop()
