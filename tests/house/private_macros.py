"""Private macros stay out of the docs site: this writes macros/_private.yml, which hides them.

python tests/house/private_macros.py (`make fix` does it, too)
"""

from __future__ import annotations

from test_house import MACROS, bodies, entries, plain

FILE = MACROS / "_private.yml"
HEAD = """\
# What is not for users to call, hidden on the docs site; each says what it gives in its own file.
# Written by `make fix`.
macros:
"""


def text() -> str:
    """Return what the file has to be: each macro that no other YAML file describes."""
    described = {plain(name) for name in entries("_public.yml")}
    described |= set(entries("adapters/_engine.yml"))
    names = sorted({name for _file, name, _text in bodies()} - described)
    return HEAD + "".join(f"  - {{name: {name}, docs: {{show: false}}}}\n" for name in names)


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
