"""Whether bytes are one whole PNG picture and nothing else (PNG, third edition).

A picture is what a page can show safely: it runs nothing and loads nothing, as an SVG may.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

PNG = "image/png"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
# A logo; larger pictures cost every reader of the page.
LARGEST, WIDEST = 512 * 1024, 2_000
# Samples of a pixel, and the bits that one may have, by colour type.
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
CRITICAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND")


class Chunk(NamedTuple):
    kind: bytes
    data: bytes


class Broken(ValueError):
    """What is wrong with a picture, as a sentence."""


def fault_of_png(body: bytes) -> str | None:
    """Return what is wrong with a picture, as a sentence; None: nothing."""
    try:
        _check(body)
    except Broken as broken:
        return str(broken)
    return None


def _check(body: bytes) -> None:
    if not body.startswith(SIGNATURE):
        raise Broken("It does not begin as a PNG does.")
    chunks = list(_chunks(body))
    kinds = [chunk.kind for chunk in chunks]
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or kinds.count(b"IHDR") > 1:
        raise Broken("It is not one whole PNG: its first or its last part is missing.")
    if any(kind[:1].isupper() and kind not in CRITICAL for kind in kinds):
        raise Broken("It has a part that a reader of PNG need not know.")
    pixels = b"".join(chunk.data for chunk in chunks if chunk.kind == b"IDAT")
    if _unpacked(pixels, _size(chunks[0].data)) is False:
        raise Broken("Its picture is cut off, or is longer than its head says.")


def _chunks(body: bytes) -> Iterator[Chunk]:
    """The parts of the file, up to its end; each has its check sum (CRC-32)."""
    at = len(SIGNATURE)
    while at < len(body):
        length = int.from_bytes(body[at : at + 4], "big")
        kind, data = body[at + 4 : at + 8], body[at + 8 : at + 8 + length]
        seen = body[at + 8 + length : at + 12 + length]
        if len(seen) < 4 or int.from_bytes(seen, "big") != zlib.crc32(kind + data):
            raise Broken("It is cut off or damaged: a check sum is wrong.")
        yield Chunk(kind, data)
        at += 12 + length


def _size(head: bytes) -> int:
    """How many bytes the picture has when it is unpacked."""
    if len(head) != 13:
        raise Broken("Its head cannot be read.")
    width, height, depth, colour, packing, filters, interlaced = struct.unpack(">IIBBBBB", head)
    if not (0 < width <= WIDEST and 0 < height <= WIDEST):
        raise Broken(f"It has more than {WIDEST} pixels a side, or none.")
    if depth not in DEPTHS.get(colour, ()) or packing or filters:
        raise Broken("Its head cannot be read.")
    if interlaced:
        raise Broken("It is interlaced; save it without.")
    return int(height * (1 + (width * SAMPLES[colour] * depth + 7) // 8))


def _unpacked(pixels: bytes, size: int) -> bool:
    """Whether the packed pixels are whole and unpack to exactly ``size`` bytes, and never more."""
    packed = zlib.decompressobj()
    try:
        unpacked = len(packed.decompress(pixels, size + 1))
    except zlib.error as error:
        raise Broken("Its picture cannot be unpacked.") from error
    return unpacked == size and packed.eof and not packed.unused_data
