"""Makes `services/public/pictures/world.json` out of Natural Earth's shapes of countries.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m tests.world_map package/countries-110m.json package/countries-50m.json

Natural Earth is in the public domain; the package (ISC) holds it as TopoJSON. The coarse file
gives the shapes, the finer one the points of small countries, which the coarse one leaves out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

from babel.core import get_global

Json = dict[str, Any]
Point = tuple[float, float]
Pixel = tuple[int, int]
INTO = Path(__file__).parent.parent / "services/public/pictures/world.json"
WIDTH, NORTH, SOUTH = 800, 84.0, -57.0
LEFT_OUT = "010"  # Antarctica
SMALLEST = 3  # Pixels: islands below are dust on a screen.
# Of the Equal Earth projection (Šavrič, Patterson and Jenny, 2018).
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796


def projected(longitude: float, latitude: float) -> Point:
    """Return a place on an equal-area map, as multiples of the Earth's radius; north is up."""
    latitude = max(SOUTH, min(NORTH, latitude))
    angle = asin(sqrt(3) / 2 * sin(radians(latitude)))
    slope = 9 * A4 * angle**8 + 7 * A3 * angle**6 + 3 * A2 * angle**2 + A1
    x = 2 * sqrt(3) * radians(longitude) * cos(angle) / (3 * slope)
    return x, A4 * angle**9 + A3 * angle**7 + A2 * angle**3 + A1 * angle


HALF, TOP = projected(180, 0)[0], projected(0, NORTH)[1]
SCALE = WIDTH / (2 * HALF)
HEIGHT = round((TOP - projected(0, SOUTH)[1]) * SCALE)


def pixel(point: Point) -> Pixel:
    x, y = projected(*point)
    return round((x + HALF) * SCALE), round((TOP - y) * SCALE)


def arcs_of(topology: Json) -> list[list[Point]]:
    """Return the lines of a topology in degrees; they are kept as differences (TopoJSON)."""
    (scale_x, scale_y), (move_x, move_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    lines = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * scale_x + move_x, y * scale_y + move_y))
        lines.append(line)
    return lines


def rings_of(shape: Json, arcs: list[list[Point]]) -> Iterator[list[Point]]:
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    for polygon in polygons:
        for ring in polygon:
            points: list[Point] = []
            for index in ring:
                line = arcs[index] if index >= 0 else list(reversed(arcs[~index]))
                points += line[1:] if points else line
            yield points


def outline(points: Iterable[Point]) -> list[Pixel]:
    """Return a ring in pixels, without points that a screen cannot tell from the ones before."""
    kept: list[Pixel] = []
    for x, y in map(pixel, points):
        if not kept or abs(kept[-1][0] - x) + abs(kept[-1][1] - y) > 1:
            kept.append((x, y))
    return kept


def parted(ring: list[Pixel]) -> Iterator[list[Pixel]]:
    """Yield a ring in its parts east and west of the 180th meridian, which the package joins."""
    part: list[Pixel] = []
    halves: dict[bool, list[Pixel]] = {}
    for point in ring:
        if part and abs(point[0] - part[-1][0]) > WIDTH // 2:
            halves.setdefault(part[-1][0] > WIDTH // 2, []).extend(part)
            part = []
        part.append(point)
    halves.setdefault(part[-1][0] > WIDTH // 2, []).extend(part)
    yield from halves.values()


def extent(ring: list[Pixel]) -> int:
    across, down = zip(*ring, strict=True)
    size: int = max(max(across) - min(across), max(down) - min(down))
    return size


def path(rings: list[list[Pixel]]) -> str:
    """Return rings as one path of SVG, in steps from point to point."""
    return "".join(_ring(ring) for ring in rings)


def _ring(ring: list[Pixel]) -> str:
    (x, y), *_ = ring
    steps = [f"{bx - ax} {by - ay}" for (ax, ay), (bx, by) in pairwise(ring)]
    return f"M{x} {y}l{' '.join(steps)}z".replace(" -", "-")


def centre(ring: list[Point]) -> Pixel:
    """Return the middle of the box around a ring."""
    across, down = zip(*map(pixel, ring), strict=True)
    return (min(across) + max(across)) // 2, (min(down) + max(down)) // 2


def shapes(file: Json) -> Iterator[tuple[str, list[list[Point]]]]:
    """Yield the countries that have an ISO code of two letters, with their rings in degrees."""
    arcs, aliases = arcs_of(file), get_global("territory_aliases")
    for shape in file["objects"]["countries"]["geometries"]:
        number = str(shape.get("id", ""))
        letters = aliases.get(number, [""])[0]
        if number != LEFT_OUT and shape.get("arcs"):
            yield letters, list(rings_of(shape, arcs))


def world(coarse: Json, fine: Json) -> Json:
    drawn: dict[str, str] = {}
    other = ""
    for code, rings in shapes(coarse):
        pixels = [part for ring in map(outline, rings) for part in parted(ring) if len(part) > 2]
        large = [ring for ring in pixels if extent(ring) >= SMALLEST] or pixels[:1]
        if not code:
            other += path(large)
        elif large:
            drawn[code] = drawn.get(code, "") + path(large)
    points = {code: centre(max(rings, key=len)) for code, rings in shapes(fine) if code}
    return {
        "title": "Shapes of countries for a small map, and the points of those without a shape",
        "source": "Natural Earth 1:110m and 1:50m, in the public domain, out of world-atlas 2.0.2",
        "made_by": "python -m tests.world_map",
        "width": WIDTH,
        "height": HEIGHT,
        "without_code": other,
        "shapes": dict(sorted(drawn.items())),
        "points": {code: at for code, at in sorted(points.items()) if code not in drawn},
    }


def main() -> None:
    coarse, fine = (json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:3])
    INTO.write_text(json.dumps(world(coarse, fine), ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
