"""The JavaScript that draws charts: Vega, Vega-Lite and Vega-Embed, from vl-convert."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from sluice.pipeline.errors import ConfigurationError
from sluice.pipeline.writing import write_whole

PACKAGE = "vl-convert-python"


def installed() -> bool:
    """Return whether what draws the charts is there."""
    return find_spec("vl_convert") is not None


def chart_scripts(folder: Path) -> str:
    """Return the libraries as one script that sets `window.vegaEmbed`.

    Putting them together takes seconds, so that is done once for each version, and kept in the
    user's cache, or in a folder where that can't be written. Raises ConfigurationError where
    vl-convert is not installed.
    """
    if not installed():
        raise ConfigurationError(
            "is not installed", where=PACKAGE, way="pip install 'sluice[operate]'"
        )
    import platformdirs
    import vl_convert

    name = f"sluice-charts-{version(PACKAGE)}.js"
    files = [platformdirs.user_cache_path("sluice") / name, folder / name]
    for file in files:
        with suppress(OSError):
            return file.read_text(encoding="utf-8")
    text = vl_convert.javascript_bundle().replace("</script", "<\\/script")
    for file in files:
        with suppress(OSError):
            write_whole(file, text)
            break
    return text
