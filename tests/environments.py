"""Environments of other versions and engines: `python tests/environments.py v1.12 v2 lake spark`.

Each is a folder below .state/dbts, made once with what the package registries have, by the settings
of pip and npm on this machine. dbt v2 finds no driver for DuckDB there: that is a library, which
stands in the `lib` folder of its environment and comes out of an npm package. Spark needs Java and
PostgreSQL (machine.py).
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import venv
from importlib.metadata import requires, version
from pathlib import Path

from machine import CannotBeHadError, java_home, postgresql, postgresql_jdbc

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / ".state" / "dbts"

V1_12 = {"dbt-core": "1.12.6", "dbt-duckdb": "1.11.1"}
NOT_ON_THE_REGISTRY = "dbt-core-experimental-parser"
"""A dependency of dbt-core 1.12 that is downloaded from elsewhere. It works without."""

V2 = {"dbt-core": "2.0.0a4"}
DRIVER = ("@duckdb/node-bindings-linux-x64", "1.5.6-r.1")

LAKE = {
    "duckdb": "1.5.5",
    "duckdb-extensions": "1.5.5",
    "duckdb-extension-ducklake": "1.5.5",
    "duckdb-extension-postgres-scanner": "1.5.5",
    "duckdb-extension-sqlite-scanner": "1.5.5",
}
"""dbt v1 on the DuckDB for which a package registry has DuckLake and its catalogs."""

SPARK = {"dbt-spark[PyHive,session]": "1.11.0", "pyspark": "3.5.9"}
ICEBERG = {"snowpark-connect-deps-iceberg": "1.0.2"}
"""Iceberg's runtime for Spark 3.5 as a jar. Later versions of the package lack a part of it."""

CANNOT_BE_HAD = 3
"""How this ends where the registries of a machine do not have the library."""

OWN = ("dbt-core", "dbt-duckdb", "duckdb", "faker", "sqlglot")
"""Packages that an environment has in the version of the project's own."""

TOOLS = ["hypothesis", "pandas", "pyarrow", "pytest", "pytest-xdist", "pyyaml"]
"""What the tests need beside dbt and DuckDB."""


def dbt(name: str) -> Path:
    """The command of an environment; v1 is the project's own."""
    return ROOT / ".venv" / "bin" / "dbt" if name == "v1" else PLACE / name / "bin" / "dbt"


def make(name: str) -> Path:
    """Make an environment, if it is not there as it should be; its folder."""
    folder = PLACE / name
    made_of = {
        "v1.12": [V1_12, TOOLS, version("duckdb")],
        "v2": [V2, DRIVER],
        "lake": [LAKE, TOOLS, version("dbt-core"), version("dbt-duckdb")],
        "spark": [SPARK, ICEBERG, TOOLS, *map(version, OWN)],
    }
    wanted = json.dumps(made_of[name])
    stamp = folder / "made-of.json"
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder)
    install = {
        "v1.12": install_v1_12,
        "v2": install_v2,
        "lake": install_lake,
        "spark": install_spark,
    }
    install[name](folder)
    stamp.write_text(wanted)
    return folder


def install_v1_12(folder: Path) -> None:
    """The two packages, then all that they require but one; DuckDB as in the project's own."""
    pip(folder, "--no-deps", *pinned(V1_12))
    asked = "import json; from importlib.metadata import requires as r; print(json.dumps([*{}]))"
    asked = asked.format(", *".join(f"r({name!r})" for name in V1_12))
    told = subprocess.run([folder / "bin/python", "-c", asked], check=True, capture_output=True)
    found = json.loads(told.stdout)
    left_out = (NOT_ON_THE_REGISTRY, "dbt-core", "duckdb")
    needs = [need for need in found if "extra ==" not in need and not need.startswith(left_out)]
    pip(folder, *needs, *TOOLS, *pinned({"duckdb": version("duckdb"), "faker": version("faker")}))


def install_v2(folder: Path) -> None:
    """The package, and the library beside it, which is looked for first: it may not be had."""
    package = npm_package(*DRIVER)
    pip(folder, *pinned(V2))
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        library = archive.extractfile("package/libduckdb.so")
        assert library is not None
        (folder / "lib" / "libduckdb.so").write_bytes(library.read())


def install_lake(folder: Path) -> None:
    """The project's own dbt and command, and below `extensions` those of DuckDB."""
    own = {name: version(name) for name in ("dbt-core", "dbt-duckdb", "faker")}
    wanted = (need.partition(";")[0].strip() for need in requires("sluice") or [])
    needs = [need for need in wanted if not need.startswith(("dbt-", "duckdb"))]
    pip(folder, *pinned({**own, **LAKE}), *needs, *TOOLS)
    pip(folder, "--no-deps", "--editable", str(ROOT))
    code = """if True:
        import sys, duckdb, duckdb_extensions
        connection = duckdb.connect(config={"extension_directory": sys.argv[1]})
        for name in ("ducklake", "postgres_scanner", "sqlite_scanner"):
            duckdb_extensions.import_extension(name, con=connection)
    """
    python = folder / "bin" / "python"
    subprocess.run([python, "-c", code, folder / "extensions"], check=True)


def install_spark(folder: Path) -> None:
    """What Spark needs of the machine, then dbt for it; DuckDB, too, to compare with."""
    java_home()
    postgresql(folder / "debian")
    postgresql_jdbc(folder / "debian")
    own = {name: version(name) for name in OWN}
    pip(folder, *pinned({**own, **SPARK}), *TOOLS)
    pip(folder, "--no-deps", *pinned(ICEBERG))


def pip(folder: Path, *wanted: str) -> None:
    """Install packages: by uv, which has most of them already; else by pip and its settings.

    What pip says is shown where it fails, too.
    """
    python = folder / "bin" / "python"
    by_uv = [ROOT / ".venv/bin/uv", "pip", "install", "--quiet", "--python", python, *wanted]
    for certificates in (["--system-certs"], []):
        if subprocess.run([*by_uv, *certificates], capture_output=True).returncode == 0:
            return
    subprocess.run([python, "-m", "ensurepip"], check=True, capture_output=True)
    by_pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", *wanted]
    done = subprocess.run(by_pip, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"pip could not install {' '.join(wanted)}:\n{done.stderr}")


def pinned(versions: dict[str, str]) -> list[str]:
    """As pip takes them."""
    return [f"{name}=={number}" for name, number in versions.items()]


def npm_package(name: str, number: str) -> bytes:
    """The archive of an npm package: by npm, else from the registry that its settings name."""
    if npm := shutil.which("npm"):
        PLACE.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(
            [npm, "pack", "--silent", f"{name}@{number}"],
            cwd=PLACE,
            check=False,
            capture_output=True,
            text=True,
        )
        if packed.returncode:
            raise CannotBeHadError(f"npm does not get {name}@{number}:\n{packed.stderr}")
        archive = PLACE / packed.stdout.strip().splitlines()[-1]
        content = archive.read_bytes()
        archive.unlink()
        return content
    file = f"{name.rpartition('/')[2]}-{number}.tgz"
    try:
        with urllib.request.urlopen(f"{npm_registry()}/{name}/-/{file}", timeout=300) as answer:
            return answer.read()
    except OSError as error:
        raise CannotBeHadError(
            f"the npm registry does not have {name}@{number}: {error}"
        ) from error


def npm_registry() -> str:
    """The registry that npm would ask."""
    for variable in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        if os.environ.get(variable):
            return os.environ[variable].rstrip("/")
    of_all = ("/etc/npmrc", "/usr/etc/npmrc", "/usr/local/etc/npmrc")
    for file in (Path.home() / ".npmrc", *map(Path, of_all)):
        lines = file.read_text().splitlines() if file.exists() else []
        for line in lines:
            key, _, value = line.partition("=")
            if key.strip() == "registry":
                return value.strip().rstrip("/")
    raise CannotBeHadError(
        "dbt v2 needs the library of DuckDB, which is in an npm package, and there is no npm here: "
        "install npm, or name a registry in the variable npm_config_registry"
    )


def main() -> None:
    """Make what is asked for, and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", choices=["v1.12", "v2", "lake", "spark"])
    for name in parser.parse_args().names:
        try:
            print(make(name))
        except CannotBeHadError as reason:
            print(reason, file=sys.stderr)
            sys.exit(CANNOT_BE_HAD)


if __name__ == "__main__":
    main()
