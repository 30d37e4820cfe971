"""The pipeline laid out in columns: what is read stands left of what reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Edge = tuple[str, str]

WIDTH, HEIGHT = 212, 62
"""Of a box, in pixels."""
GAP_X, GAP_Y = 56, 18
"""Between columns, between boxes of one."""
HEAD = 28
"""Above the boxes, for the names of columns."""
LANE = 10
"""Height that an arrow takes where it passes a column."""
SWEEPS = 12
"""How often the order within columns is improved, and then the heights."""


@dataclass
class Spot:
    """A box, or the place where an arrow passes a column (lane); y is its middle."""

    name: str
    column: int
    lane: bool = False
    y: float = 0.0
    before: list[Spot] = field(default_factory=list)
    behind: list[Spot] = field(default_factory=list)

    @property
    def height(self) -> float:
        """What it takes of its column."""
        return LANE if self.lane else HEIGHT

    @property
    def x(self) -> float:
        """Its left end."""
        return self.column * (WIDTH + GAP_X)


@dataclass
class Picture:
    """boxes: name -> (x, y) of the upper left; arrows: (edge, path of SVG, where its label is)."""

    width: float
    height: float
    columns: list[float]
    boxes: dict[str, tuple[float, float]]
    arrows: list[tuple[Edge, str, tuple[float, float]]]


def picture(names: Sequence[str], edges: Iterable[Edge]) -> Picture:
    """Lay out a graph without circles. names: in the order that boxes of a column begin with."""
    edges = sorted({edge for edge in edges if edge[0] in names and edge[1] in names})
    depth = depths(names, edges)
    columns: list[list[Spot]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    spots = {}
    for name in names:
        spots[name] = Spot(name, depth[name])
        columns[depth[name]].append(spots[name])
    ways = {edge: way(spots[edge[0]], spots[edge[1]], columns) for edge in edges}
    for number in range(SWEEPS):
        order(columns, forth=number % 2 == 0)
    for column in columns:
        stack(column, [0.0] * len(column))
    for number in range(SWEEPS):
        level(columns, forth=number % 2 == 1)
    top = min((spot.y - spot.height / 2 for column in columns for spot in column), default=0)
    for column in columns:
        for spot in column:
            spot.y += HEAD - top
    bottom = max((spot.y + spot.height / 2 for c in columns for spot in c), default=HEAD)
    return Picture(
        width=max(0, len(columns) * (WIDTH + GAP_X) - GAP_X),
        height=bottom,
        columns=[number * (WIDTH + GAP_X) for number in range(len(columns))],
        boxes={name: (spot.x, spot.y - HEIGHT / 2) for name, spot in spots.items()},
        arrows=[(edge, path(spots_), label(spots_)) for edge, spots_ in ways.items()],
    )


def depths(names: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Return the column of each: behind the last one that it reads."""
    inputs: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        inputs[target].append(source)
    found: dict[str, int] = {}
    waiting = list(names)
    while waiting:
        ready = [name for name in waiting if all(source in found for source in inputs[name])]
        for name in ready or waiting:
            found[name] = max((found.get(source, -1) for source in inputs[name]), default=-1) + 1
        waiting = [name for name in waiting if name not in found]
    return found


def way(start: Spot, end: Spot, columns: list[list[Spot]]) -> list[Spot]:
    """Return the spots of an arrow; in each column between its ends it gets a lane."""
    spots = [start]
    for column in range(start.column + 1, end.column):
        lane = Spot(f"{start.name} > {end.name}", column, lane=True)
        columns[column].append(lane)
        spots.append(lane)
    spots.append(end)
    for left, right in pairwise(spots):
        left.behind.append(right)
        right.before.append(left)
    return spots


def order(columns: list[list[Spot]], forth: bool) -> None:
    """Sort each column by the mean place of the neighbours on one side: fewer arrows cross."""
    for column in columns if forth else reversed(columns):
        place = {id(spot): number for c in columns for number, spot in enumerate(c)}
        middle = {}
        for number, spot in enumerate(column):
            others = [place[id(other)] for other in (spot.before if forth else spot.behind)]
            middle[id(spot)] = sum(others) / len(others) if others else float(number)
        column.sort(key=lambda spot: middle[id(spot)])


def level(columns: list[list[Spot]], forth: bool) -> None:
    """Move each spot towards its neighbours on one side, as far as its column has room."""
    for column in columns if forth else reversed(columns):
        wishes = []
        for spot in column:
            others = [other.y for other in (spot.before if forth else spot.behind)]
            wishes.append(sum(others) / len(others) if others else spot.y)
        stack(column, wishes)


def stack(column: list[Spot], wishes: list[float]) -> None:
    """Place the spots of a column as near to their wishes as their order and heights allow.

    The least squares of the distances: neighbours that would overlap are moved as one block.
    """
    offsets, offset = [], 0.0
    for spot, following in zip(column, [*column[1:], None], strict=True):
        offsets.append(offset)
        if following:
            offset += (spot.height + following.height) / 2 + GAP_Y
    blocks: list[tuple[float, int]] = []
    for wish, offset in zip(wishes, offsets, strict=True):
        mean, size = wish - offset, 1
        while blocks and blocks[-1][0] > mean:
            above, count = blocks.pop()
            mean, size = (above * count + mean * size) / (count + size), count + size
        blocks.append((mean, size))
    starts = [mean for mean, size in blocks for _ in range(size)]
    for spot, start, offset in zip(column, starts, offsets, strict=True):
        spot.y = start + offset


def path(spots: list[Spot]) -> str:
    """Return the arrow as a path of SVG: a curve between columns, straight through them."""
    steps = [f"M{spots[0].x + WIDTH:.0f} {spots[0].y:.0f}"]
    for left, right in pairwise(spots):
        begin, end = left.x + WIDTH, right.x
        middle = (begin + end) / 2
        ends = f"{middle:.0f} {right.y:.0f} {end:.0f} {right.y:.0f}"
        steps.append(f"C{middle:.0f} {left.y:.0f} {ends}")
        if right.lane:
            steps.append(f"H{right.x + WIDTH:.0f}")
    return "".join(steps)


def label(spots: list[Spot]) -> tuple[float, float]:
    """Return the middle of the last curve, where the arrow's rows stand."""
    last, end = spots[-2], spots[-1]
    return (last.x + WIDTH + end.x) / 2, (last.y + end.y) / 2
