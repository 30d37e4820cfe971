"""A small Spark cluster on this machine: `python tests/functional/spark_lab.py start|stop`.

PostgreSQL with Iceberg's catalog, and a standalone cluster of Spark (a master, two workers, the
Thrift server), all on 127.0.0.1 and free ports. As a context manager it stops what it started,
whatever happens in between. Its files and all logs are below .state/spark.

    with Lab() as lab:
        lab.address            # host:port of the Thrift server

`pytest --engine spark` takes the one of the variable SLUICE_SPARK, or one that `start` has started,
else it starts one for the session.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import environments
import machine

PLACE = environments.ROOT / ".state" / "spark"
RUNNING = PLACE / "running.json"
"""What a lab wrote down of itself: its address, its folder and its processes."""

HOST = "127.0.0.1"
PATIENCE = 240.0
"""How many seconds a process has to come up."""

SETTINGS = """\
spark.master spark://{host}:{master}
spark.cores.max 2
spark.driver.memory 1500m
spark.executor.memory 1g
spark.executor.cores 1
spark.driver.host {host}
spark.driver.bindAddress {host}
spark.ui.enabled false
spark.sql.ansi.enabled true
spark.sql.session.timeZone UTC
spark.sql.shuffle.partitions 2
spark.scheduler.mode FAIR
spark.locality.wait 0
spark.driver.extraClassPath {jars}
spark.executor.extraClassPath {jars}
spark.driver.extraJavaOptions {java} -Dderby.system.home={folder}/derby
spark.executor.extraJavaOptions {java}
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.warehouse.dir {folder}/hive
spark.sql.extensions org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions
spark.sql.defaultCatalog iceberg
spark.sql.catalog.iceberg org.apache.iceberg.spark.SparkCatalog
spark.sql.catalog.iceberg.type jdbc
spark.sql.catalog.iceberg.uri jdbc:postgresql://{host}:{postgres}/iceberg
spark.sql.catalog.iceberg.jdbc.user postgres
spark.sql.catalog.iceberg.jdbc.schema-version V1
spark.sql.catalog.iceberg.warehouse {folder}/warehouse
spark.sql.catalog.iceberg.cache-enabled false
spark.sql.catalog.iceberg.clients 1
spark.sql.catalog.iceberg.retryable_status_codes 08000,08001,08003,08006,57P01,57P05
"""

JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""With these, and without code made for each query, thousands of tiny queries cost less: nearly all
of their time is Java's and Spark's own compiling."""

LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.stdout.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
"""

CATALOG = """\
create table iceberg_namespace_properties (
    catalog_name varchar(255) not null, namespace varchar(255) not null,
    property_key varchar(255), property_value varchar(1000),
    primary key (catalog_name, namespace, property_key));
insert into iceberg_namespace_properties values ('iceberg', 'default', 'exists', 'true');
create table iceberg_tables (
    catalog_name varchar(255) not null, table_namespace varchar(255) not null,
    table_name varchar(255) not null, metadata_location varchar(1000),
    previous_metadata_location varchar(1000), iceberg_type varchar(5),
    primary key (catalog_name, table_namespace, table_name));
"""
"""Every connection begins with `use default`, so the namespace has to be there before the first.

So has the list of tables: of two sessions that come first at once, both would add `iceberg_type`.

No schema may be called as the catalog is: `lake.customers` would be a table of the catalog `lake`.
"""


class Lab:
    """The processes of one cluster; `address` leads to it."""

    address = ""
    """Host and port of the Thrift server, once it is up."""

    def __init__(self) -> None:
        self.environment = environments.PLACE / "spark"
        self.folder = PLACE / "lab"
        self.processes: dict[str, int] = {}
        # PostgreSQL refuses to run as root, and who it runs as may not get into the checkout
        self.database = Path()

    def __enter__(self) -> Lab:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start all, wait until the Thrift server answers, and write down what runs."""
        stop_what_was_left()
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("conf", "logs"):
            (self.folder / name).mkdir(parents=True)
        ports = dict(zip(("postgres", "master", "thrift"), free_ports(3), strict=True))
        self.start_postgresql(ports["postgres"])
        self.start_spark(ports)
        self.address = f"{HOST}:{ports['thrift']}"
        self.write_down()

    def start_postgresql(self, port: int) -> None:
        """A new database `iceberg` in a folder for this run. Nothing in it has to survive."""
        programs = machine.postgresql(self.environment / "debian")
        self.database = Path(tempfile.mkdtemp(prefix="sluice-postgresql-"))
        as_user: list[str] = []
        if os.getuid() == 0:
            as_user = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
            shutil.chown(self.database, "nobody", "nogroup")
        data = self.database / "data"
        init = [programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8"]
        said = subprocess.run([*as_user, *init], cwd="/", capture_output=True, text=True)
        if said.returncode:
            sys.exit(f"initdb failed:\n{said.stdout}{said.stderr}")
        server = [programs / "postgres", "-D", data, "-p", port, "-k", self.database]
        settings = {
            "listen_addresses": HOST,
            # each session of Spark keeps a connection; those that are idle are cut, and come back
            "max_connections": 300,
            "idle_session_timeout": "60s",
            "fsync": "off",
        }
        options = [part for name in settings for part in ("-c", f"{name}={settings[name]}")]
        self.begin("postgresql", [*as_user, *server, *options], port)
        client = [programs / "psql", "-h", HOST, "-p", port, "-U", "postgres", "-q"]
        for database, sql in {"postgres": "create database iceberg", "iceberg": CATALOG}.items():
            command = [*client, "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]
            subprocess.run([*map(str, command)], check=True)

    def start_spark(self, ports: dict[str, int]) -> None:
        """The cluster. Each script of Spark becomes its Java by `exec`, so the ids are theirs."""
        (packages,) = self.environment.glob("lib/python*/site-packages")
        runtime = "snowpark_connect_deps_iceberg/jars/iceberg-spark-runtime-3.5_2.12-*.jar"
        (iceberg,) = packages.glob(runtime)
        jars = f"{iceberg}:{machine.postgresql_jdbc(self.environment / 'debian')}"
        text = SETTINGS.format(host=HOST, jars=jars, java=JAVA_OPTIONS, folder=self.folder, **ports)
        (self.folder / "conf" / "spark-defaults.conf").write_text(text)
        (self.folder / "conf" / "log4j2.properties").write_text(LOGGING)
        variables = {
            "JAVA_HOME": str(machine.java_home()),
            "SPARK_HOME": str(packages / "pyspark"),
            "SPARK_CONF_DIR": str(self.folder / "conf"),
            "SPARK_LOCAL_IP": HOST,
        }
        small = {**variables, "SPARK_DAEMON_MEMORY": "256m"}
        run_class = [packages / "pyspark/bin/spark-class"]
        deploy = "org.apache.spark.deploy"
        master = [f"{deploy}.master.Master", "--host", HOST, "--port", ports["master"]]
        self.begin("master", [*run_class, *master, "--webui-port", 0], ports["master"], small)
        for number in (1, 2):
            worker = [f"{deploy}.worker.Worker", "--host", HOST, "--webui-port", 0]
            size = ["--cores", 1, "--memory", "1g", "-d", self.folder / f"worker_{number}"]
            where = f"spark://{HOST}:{ports['master']}"
            self.begin(f"worker_{number}", [*run_class, *worker, *size, where], None, small)
        server = [
            packages / "pyspark/bin/spark-submit",
            *("--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"),
            *("--name", "thrift", "spark-internal"),
            *("--hiveconf", f"hive.server2.thrift.port={ports['thrift']}"),
            *("--hiveconf", f"hive.server2.thrift.bind.host={HOST}"),
        ]
        self.begin("thrift", server, ports["thrift"], variables)

    def begin(
        self,
        name: str,
        command: list[object],
        port: int | None,
        variables: dict[str, str] | None = None,
    ) -> None:
        """Start a process, and wait until it listens on its port, if it is to have one."""
        log = self.folder / "logs" / f"{name}.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [*map(str, command)],
                cwd=self.database if name == "postgresql" else self.folder,
                env={**os.environ, **(variables or {})},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for who started the lab: that stops it
            )
        self.processes[name] = process.pid
        self.write_down()
        begun = time.monotonic()
        while port is not None and not listens(port):
            code = process.poll()
            if code is not None or time.monotonic() - begun > PATIENCE:
                how = f"ended with code {code}" if code is not None else "does not come up"
                end = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
                sys.exit(f"{name} {how}; its log, {log}:\n{end}")
            time.sleep(0.2)

    def write_down(self) -> None:
        """So that another command can stop it, also when this one is killed."""
        told = {
            "address": self.address,
            "database": str(self.database),
            "processes": self.processes,
        }
        beside = RUNNING.with_suffix(".new")
        beside.write_text(json.dumps(told, indent=2))
        beside.rename(RUNNING)

    def stop(self) -> None:
        """End the processes that were started, the last one first."""
        end(self.processes, self.database)
        RUNNING.unlink(missing_ok=True)


def running() -> str:
    """The address of a lab that is up, or nothing."""
    told = json.loads(RUNNING.read_text()) if RUNNING.exists() else {"address": ""}
    is_up = told["address"] and all(map(is_of_lab, told["processes"].values()))
    return told["address"] if is_up else ""


def executors() -> list[int]:
    """The processes that do the tasks of the lab that was written down; its workers' children."""
    told = json.loads(RUNNING.read_text())["processes"]
    workers = ",".join(str(told[name]) for name in told if name.startswith("worker_"))
    found = subprocess.run(["ps", "--ppid", workers, "-o", "pid="], capture_output=True, text=True)
    return [int(process) for process in found.stdout.split()]


def stop_what_was_left() -> None:
    """Stop the lab that was written down, if there is one."""
    if RUNNING.exists():
        told = json.loads(RUNNING.read_text())
        end(told["processes"], Path(told["database"]))
        RUNNING.unlink()


def end(processes: dict[str, int], database: Path) -> None:
    """Ask each process to end, then make it; one whose id is another's by now is left alone."""
    for ask in (signal.SIGTERM, signal.SIGKILL):
        left = [process for process in reversed([*processes.values()]) if is_of_lab(process)]
        for process in left:
            # PostgreSQL ends with its sessions by SIGINT only
            is_postgresql = process == processes.get("postgresql")
            os.kill(process, signal.SIGINT if is_postgresql and ask == signal.SIGTERM else ask)
        until = time.monotonic() + 20
        while time.monotonic() < until and any(map(is_of_lab, left)):
            time.sleep(0.1)
    if database.name.startswith("sluice-postgresql-"):
        shutil.rmtree(database, ignore_errors=True)


def is_of_lab(process: int) -> bool:
    """Whether a process runs and is one that a lab started."""
    with contextlib.suppress(ChildProcessError):  # of another command
        os.waitpid(process, os.WNOHANG)
    told = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(process)], capture_output=True, text=True
    )
    return "sluice-postgresql-" in told.stdout or "org.apache.spark" in told.stdout


def free_ports(number: int) -> list[int]:
    """Ports of the loopback that nobody has now."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def main() -> None:
    """Start a lab that stays, and say how tests find it; or stop it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["start", "stop"])
    if parser.parse_args().what == "stop":
        stop_what_was_left()
        return
    lab = Lab()
    try:
        lab.start()
    except BaseException:
        lab.stop()
        raise
    print(f"export SLUICE_SPARK={lab.address}")


if __name__ == "__main__":
    main()
