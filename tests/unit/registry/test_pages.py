"""What a page may be: colours that can be read, pictures that are whole, names that lead there."""

from __future__ import annotations

import re
import struct
import tracemalloc
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.registry.model.colours import (
    BACKGROUNDS,
    ColourTooFaint,
    check_readable,
)
from services.registry.model.files import NotAPng, check_png
from services.registry.model.page import Brand, Page
from services.registry.model.pngs import LARGEST, SIGNATURE, fault_of_png
from services.registry.schemas.pages import HostName, Origin, PageIn
from shared.colours import LEAST, contrast, luminance

SHEET = Path(__file__).parents[3] / "services" / "public" / "static" / "page.css"
TODAY = date(2026, 11, 30)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int = 2,
    height: int = 2,
    *,
    pixels: bytes | None = None,
    head: bytes = b"\x08\x02\0\0\0",
    more: bytes = b"",
) -> bytes:
    raw = (b"\0" + b"\x10" * 3 * width) * height if pixels is None else pixels
    start = SIGNATURE + chunk(b"IHDR", struct.pack(">II", width, height) + head)
    return start + more + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert round(contrast(one, other), 2) == ratio == round(contrast(other, one), 2)


@pytest.mark.parametrize("colour", ["#ffffff", "#ffcc00", "#767676", "#ff0000"])
def test_a_colour_that_cannot_be_read_is_refused(colour: str) -> None:
    with pytest.raises(ColourTooFaint) as refused:
        check_readable(colour)

    assert refused.value.context["contrast"] < refused.value.context["needed"]


def test_a_refusal_of_a_colour_says_how_faint_it_is() -> None:
    with pytest.raises(ColourTooFaint) as refused:
        check_readable("#767676")

    said = "#767676 has a contrast of 4.02 to 1 on the page; 4.5 is needed."
    assert refused.value.detail == said
    assert refused.value.context == {"contrast": 4.02, "needed": 4.5}


def test_a_colour_of_just_the_least_contrast_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.registry.model.colours.contrast", lambda *_: LEAST)
    check_readable("#767676")


@pytest.mark.parametrize(
    ("colour", "linear"), [("#0a0a0a", 0.003035), ("#0b0b0b", 0.003347), ("#808080", 0.215861)]
)
def test_dark_parts_of_a_colour_are_linear_and_light_ones_a_power(
    colour: str, linear: float
) -> None:
    """The two branches of sRGB (IEC 61966-2-1) meet between the bytes 10 and 11."""
    assert round(luminance(colour), 6) == linear


@pytest.mark.parametrize("colour", ["#000000", "#1d4f5f", "#9a2318", "#0000ff"])
def test_a_colour_that_can_be_read_is_taken(colour: str) -> None:
    check_readable(colour)


def test_the_backgrounds_are_those_of_the_page() -> None:
    light = SHEET.read_text("utf-8").partition("@media")[0]

    for name, colour in zip(("card", "paper", "top"), BACKGROUNDS, strict=True):
        assert f"--{name}: {colour};" in light


@pytest.mark.parametrize(
    "head", [b"\x08\x02\0\0\0", b"\x08\x06\0\0\0", b"\x01\x00\0\0\0", b"\x10\x04\0\0\0"]
)
def test_a_whole_picture_is_taken(head: bytes) -> None:
    sizes = {2: 3 * 8, 6: 4 * 8, 0: 1, 4: 2 * 16}
    line = b"\0" * (1 + (2 * sizes[head[1]] + 7) // 8)

    assert fault_of_png(png(head=head, pixels=line * 2)) is None


START, PARTS = (
    "It does not begin as a PNG does.",
    ("It is not one whole PNG: its first or its last part is missing."),
)
SUM = "It is cut off or damaged: a check sum is wrong."
HEAD, SIDES = "Its head cannot be read.", "It has more than 2000 pixels a side, or none."
LENGTH = "Its picture is cut off, or is longer than its head says."
NO_PICTURES = [
    (b"", START),
    (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', START),
    (SIGNATURE, PARTS),
    (png()[:-12], PARTS),
    (png()[:-1], SUM),
    (png() + b"<script>alert(1)</script>", SUM),
    (png().replace(b"IDAT", b"IDAX"), SUM),
    (png() + png(), SUM),
    (png() + png()[8:], PARTS),
    (png(more=chunk(b"IHDR", b"\0" * 13)), PARTS),
    (png(more=chunk(b"EVIL", b"x")), "It has a part that a reader of PNG need not know."),
    (png(more=chunk(b"Evil", b"x")), "It has a part that a reader of PNG need not know."),
    (png(pixels=b"\0" * 5), LENGTH),
    (png(pixels=b"\0" * 15), LENGTH),
    (png(pixels=b"\0" * 10_000), LENGTH),
    (png(pixels=b"\0" * 10_000_000), LENGTH),
    (png().replace(zlib.compress((b"\0" + b"\x10" * 6) * 2), b"no deflate"), SUM),
    (SIGNATURE + png()[8:33] + chunk(b"IDAT", b"no deflate") + chunk(b"IEND", b""),
     "Its picture cannot be unpacked."),
    (SIGNATURE + chunk(b"IHDR", b"\0" * 12) + chunk(b"IEND", b""), HEAD),
    (png(0, 2), SIDES),
    (png(2, 0), SIDES),
    (png(2_001, 1), SIDES),
    (png(1, 2_001), SIDES),
    (png(head=b"\x08\x02\0\0\1"), "It is interlaced; save it without."),
    (png(head=b"\x07\x02\0\0\0"), HEAD),
    (png(head=b"\x08\x05\0\0\0"), HEAD),
    (png(head=b"\x08\x02\1\0\0"), HEAD),
    (png(head=b"\x08\x02\0\1\0"), HEAD),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), NO_PICTURES)
def test_what_is_no_whole_picture_is_refused_in_words(body: bytes, words: str) -> None:
    assert fault_of_png(body) == words
    with pytest.raises(NotAPng, match=re.escape(words)):
        check_png(body)


def test_a_picture_that_unpacks_to_more_than_its_head_says_is_never_unpacked_whole() -> None:
    bomb = png(pixels=b"\0" * 50_000_000)
    tracemalloc.start()
    try:
        assert fault_of_png(bomb) == LENGTH
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2_000, 1), (1, 2_000)])
def test_a_picture_has_one_to_two_thousand_pixels_a_side(width: int, height: int) -> None:
    assert fault_of_png(png(width, height)) is None
    check_png(png(width, height))


@given(st.data())
def test_a_picture_with_one_byte_changed_is_refused(data: st.DataObject) -> None:
    whole = png()
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(1, 255))
    broken = whole[:at] + bytes([whole[at] ^ other]) + whole[at + 1 :]

    assert fault_of_png(broken)


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange_to_be_refused(body: bytes) -> None:
    assert fault_of_png(SIGNATURE + body)
    assert len(body) < LARGEST


@pytest.mark.parametrize(
    "host",
    ["vendor.example", "sub.vendor.dk", "xn--brker-rua6l.dk", "a-b.c-d.example", "1.example"],
)
def test_a_name_in_the_public_dns_is_taken(host: str) -> None:
    assert HostName().deserialize(host) == host


HOSTILE_HOSTS = [
    "", "vendor", "localhost", "a.localhost", "printer.local", "db.internal", "127.0.0.1", "::1",
    "[::1]", "2130706433", "0x7f.1", "vendor.example.", ".vendor.example", "Vendor.example",
    "a..example", "-a.example", "a-.example", "a_b.example", "a b.example", "a.example/x",
    "a.example:443", "user@a.example", "https://a.example", "*.vendor.example", "bücher.example",
    "a.example\n", "a.example\0", f"{'a' * 64}.example", f"{'a.' * 126}example", "x.home.arpa",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
def test_what_is_no_public_name_is_refused(host: str) -> None:
    with pytest.raises(ValidationError):
        HostName().deserialize(host)
    with pytest.raises(ValidationError):
        Origin().deserialize(f"https://{host}" if "://" not in host else host + "/")


@pytest.mark.parametrize("origin", ["https://www.vendor.example", "https://vendor.example:8443"])
def test_an_origin_as_browsers_write_it_is_taken(origin: str) -> None:
    assert Origin().deserialize(origin) == origin


@pytest.mark.parametrize(
    "origin",
    [
        "*", "null", "http://vendor.example", "//vendor.example", "https://vendor.example/",
        "https://vendor.example:443", "https://vendor.example:0", "https://vendor.example:65536",
        "https://vendor.example:08443", "https://vendor.example?x", "https://vendor.example#x",
        "https://u:p@vendor.example", "https://vendor.example; script-src *",
        "https://vendor.example https://evil.example", "javascript:alert(1)",
        "https://vendor.example\r\nSet-Cookie: a=b",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError):
        Origin().deserialize(origin)


@pytest.mark.parametrize(
    "members",
    [
        {"display": "hidden"}, {"display": None}, {"brand": {"colour": "red"}}, {"brand": None},
        {"brand": {"colour": "#FFF"}}, {"brand": {"colour": "#1d4f5f;}body{"}},
        {"brand": {"name": "A\nB"}}, {"brand": {"name": ""}}, {"brand": {"name": "x" * 101}},
        {"brand": {"font": "x"}}, {"intro": {"es": "Hola"}}, {"intro": {"en": ""}},
        {"intro": {"en": "x" * 2_001}}, {"intro": {"en": "a\0b"}}, {"intro": "Hi"},
        {"languages": []}, {"languages": ["es"]}, {"languages": ["da", "da"]}, {"languages": "da"},
        {"domains": ["a.example", "a.example"]}, {"domains": [f"a{n}.example" for n in range(11)]},
        {"embed_origins": ["*"]}, {"show_other_registers": "no"}, {"colour": "#000000"},
        {"revision": 7}, {"agreement_url": "http://vendor.example/dpa"}, {"show_mark": "no"},
        {"agreement_url": "javascript:alert(1)"},
        {"agreement_url": "https://x.example/" + "a" * 500},
    ],
)  # fmt: skip
def test_a_hostile_setting_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PageIn().load({"published": True, **members})


def test_what_is_left_out_stays_and_what_does_not_differ_is_no_revision() -> None:
    before = Page(published=True, brand=Brand("V"), intro={"en": "Hi"}, domains=("a.example",))
    after = before.stated({"published": True, "display": "basis"}, TODAY)

    assert (after.brand, after.intro, after.domains) == (Brand("V"), {"en": "Hi"}, ("a.example",))
    assert (after.display, after.revision, after.published_on) == ("basis", 2, None)
    assert after.stated({"published": True}, TODAY) is after


def test_the_day_of_publishing_moves_with_the_switch_alone() -> None:
    page = Page().stated({"published": True}, TODAY)
    later = page.stated({"published": True, "display": "basis"}, date(2027, 1, 1))

    assert (page.published_on, later.published_on) == (TODAY, TODAY)
    assert later.stated({"published": False}, TODAY).published_on is None


@pytest.mark.parametrize(
    ("published", "members", "opens"),
    [
        (False, {"published": True}, True),
        (False, {"published": False}, False),
        (False, {"display": "basis"}, False),
        (True, {"published": True}, False),
        (True, {}, False),
    ],
)
def test_a_page_opens_when_it_was_closed_and_is_to_be_published(
    published: bool, members: dict[str, Any], opens: bool
) -> None:
    assert Page(published=published).opens_with(members) is opens
