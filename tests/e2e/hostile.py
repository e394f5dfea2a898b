"""Input that no client should send, by where it stands in a request."""

from __future__ import annotations

import base64
import json
from typing import Any

DIGITS = "9" * 5_000
BIG = str(2**63)
JSON, FORM, CSV = "application/json", "application/x-www-form-urlencoded", "text/csv"


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


CHARSETS = [
    "zlib",
    "rot13",
    "undefined",
    "utf-16",
    "utf-32",
    "idna",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "utf-7",
    "base64",
    "hex",
    "bz2",
    "uu",
    "quopri",
    "mbcs",
    "x-none",
    "\xff",
    "utf-8-sig",
    "latin-1",
    "shift_jis",
    '"',
    "a" * 300,
    "utf-8; charset=rot13",
    "oem",
    "palmos",
]
TEXTS = [
    "\0",
    "\ufffe",
    "\U0010ffff",
    "\u202e",
    "é" * 300,
    "%",
    "%zz",
    "$ne",
    '{"$gt": ""}',
    "..",
    "-1",
    "0",
    BIG,
    DIGITS,
    "1e999999",
    "NaN",
    "true",
    "null",
    "[]",
    " ",
    "a,b",
    "*",
    "🦊",
]
DAYS = [
    "0000-01-01",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "2026-02-30",
    "2026-W48-7",
    "٢٠٢٦-١١-٢٩",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "2026-11-29T25:00:00Z",
    "2026-11-29T12:00:00",
    "-2026-11-29",
    "2026-11-29T12:00:00+99:99",
]
HEADERS: list[tuple[str, str]] = [
    *[
        ("If-Match", tag)
        for tag in (
            f'"r{DIGITS}"',
            f'"r{BIG}"',
            '"r',
            "r",
            "W/",
            '""',
            "*",
            "\xff",
            '"r1","r2"',
            '"r-1"',
            '"r1e9"',
            '"r١"'.encode().decode("latin-1"),
        )
    ],
    *[("If-None-Match", tag) for tag in ("*", '"', "W/", f'"{DIGITS}"', "\xff", '"a", "b')],
    *[
        ("Accept", kind)
        for kind in (
            "*",
            "/",
            "a/b;q=x",
            "a/b;q=1e999",
            ";;;",
            ",",
            "\xff",
            "a/" * 900,
            "text/html;q=nan",
            "application/json;q=" + DIGITS,
        )
    ],
    *[("Accept-Language", tag) for tag in ("*", "-", "da;q=", "\xff", "a-" * 900, "x;q=" + DIGITS)],
    *[
        ("Idempotency-Key", key)
        for key in (
            " ",
            "\xa0a",
            "\xff",
            '"',
            "k" * 255,
            "k" * 256,
            "$ne",
            "🦊".encode().decode("latin-1"),
        )
    ],
    *[
        ("Authorization", told)
        for told in (
            "Bearer",
            "Bearer \xff",
            "Bearer a.b.c",
            "Basic !",
            "Basic /w==",
            "Digest a",
            "\xff",
            "Bearer " + cursor("[" * 5_000) + ".e30.x",
            "Bearer " + cursor('{"a":' + DIGITS + "}") + ".e30.x",
            "Bearer " + cursor('{"alg":"EdDSA","kid":{}}') + ".e30.x",
            "Bearer " + cursor('{"alg":"EdDSA","kid":"\\ud800"}') + ".e30.x",
        )
    ],
    *[("Content-Encoding", coding) for coding in ("gzip", "br", "\xff")],
    *[
        ("Content-Type", kind)
        for kind in (
            "",
            "/",
            "application/json;charset",
            "multipart/form-data",
            "multipart/form-data; boundary=\xff",
            "\xff",
            "a/b" * 300,
        )
    ],
    *[("Content-Type", f"{kind}; charset={name}") for name in CHARSETS for kind in (JSON, CSV)],
    ("X-Request-Id", "\xff" * 90),
    ("Range", "bytes=9-1"),
    ("Range", "bytes=" + DIGITS + "-"),
    ("Cookie", "a=\xff; ;=;"),
    ("If-Modified-Since", "yesterday"),
    ("Traceparent", "00-" + "0" * 99),
    ("Host", "[::"),
    ("Host", "a b"),
    ("Host", "\xff"),
    ("Host", "a:b:c"),
    ("Origin", "null\xff"),
    ("X-Forwarded-For", "\xff"),
    ("Forwarded", 'for="['),
    ("Art28-On-Behalf-Of", "\xff"),
    ("Accept-Datetime", "x"),
    ("Accept-Encoding", "a;q=x"),
    ("Content-Length", "0"),
]
CURSORS = [
    "Ilx1ZDgwMCI",
    cursor(DIGITS),
    cursor(BIG),
    cursor("[" * 370),
    cursor("NaN"),
    cursor("1.5"),
    cursor("null"),
    cursor("true"),
    cursor('{"$gt":""}'),
    cursor('"\\u0000"'),
    cursor("-" + BIG),
    "é",
    "%FF",
    "=",
    "A",
    "AAAA====",
    "+/+/",
]
NAMES = [
    "limit",
    "cursor",
    "after",
    "as_of",
    "on",
    "since",
    "status",
    "slug",
    "q",
    "colour",
    "lang",
    "change_id",
    "processor",
    "language",
    "version",
    "effective_on",
    "recorded_as_of",
    "from",
    "to",
    "org_id",
    "ids",
    "change_ids",
    "agreement_ids",
    "sub_processor_id",
    "customer",
]
QUERIES = [
    *[f"cursor={text}" for text in CURSORS],
    *[
        "&".join(f"{name}={text}" for name in NAMES)
        for text in ("%00", "%FF", "%ED%A0%80", "%", "")
    ],
    *[
        f"{name}={text}"
        for name in NAMES
        for text in (DIGITS, "-1", "%00", "1e999", "$ne", "9999-12-31")
    ],
    *[
        f"{name}={day.replace('+', '%2B')}"
        for name in ("as_of", "on", "since", "recorded_as_of", "from")
        for day in DAYS
    ],
    "limit=1&limit=2",
    "cursor=a&cursor=b",
    "a" * 5_000,
    "&" * 3_000,
    "%",
    "=",
    "a[]=b",
    "a[$ne]=b",
    "%00=%00",
    ";",
    "?",
    "limit=1;cursor=x",
]
PLACES = [
    "%00",
    "%FF",
    "%ED%A0%80",
    "$ne",
    "%7B%22$gt%22:%22%22%7D",
    DIGITS[:2_000],
    "%F0%9F%A6%8A",
    "%2e%2e",
    "%2F",
    "a%0Ab",
    "-1",
    "0",
    "é",
    "x" * 900,
    "%25",
    "%u0041",
    "..;",
    "~",
]


def nested(levels: int, inner: str = "1") -> bytes:
    return ("[" * levels + inner + "]" * levels).encode()


def deep(levels: int) -> bytes:
    return ('{"a":' * levels + "1" + "}" * levels).encode()


VALUES: list[Any] = [
    2**31,
    2**53 + 1,
    2**63 - 1,
    -(2**63) + 1,
    1.5,
    -0.0,
    1e308,
    True,
    None,
    [],
    {},
    [[]],
    [None],
    {"$ne": 1},
    {"$where": "1"},
    {"a.b": 1},
    {"": 1},
    {"_id": 1},
    {"__proto__": {}},
    [1, "a", None],
    *TEXTS[:5],
    *TEXTS[7:],
    *DAYS,
    "x" * 30_000,
    ["x"] * 2_000,
]
RAW_BODIES = [
    b"",
    b" ",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf{}",
    b"{}",
    b"[]",
    b"null",
    b'"a"',
    b"1",
    b"{",
    b'{"a"',
    b'{"a":1,"a":2}',
    b'{"a":NaN}',
    b'{"a":-Infinity}',
    b'{"a":1e999999}',
    b'{"a":"\\ud800"}',
    b'{"\\udfff":1}',
    b'{"a\\u0000":1}',
    b'{"a":' + DIGITS.encode() + b"}",
    b"-" + DIGITS.encode(),
    b'{"a":' + BIG.encode() + b"}",
    b'{"a":-9223372036854775809}',
    b"1." + DIGITS.encode(),
    b"1e" + DIGITS.encode(),
    b"0x1",
    b"01",
    b"'a'",
    b"{a:1}",
    b"/**/{}",
    b"{}{}",
    b"{},",
    nested(59),
    nested(61),
    nested(900),
    nested(990),
    nested(100_000),
    deep(61),
    deep(900),
    deep(50_000),
    "{}".encode("utf-16"),
    "{}".encode("utf-16-le"),
    "{}".encode("utf-32"),
    b"\x1f\x8b\x08\0\0\0",
    b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--",
    b"a=b&a=c",
    b"a=%FF&b=%",
    b'Name,Country\n"',
    b"Name\r\n" + b"a," * 500,
    b"Name,Country\n" + DIGITS.encode() + b",DK\n",
    b'Name;"Location, country"\n"a\nb";x',
    b"\0,\0\n\0,\0\n",
    b"Name,Name\na,b\n",
    b"\xff\xfeN\0a\0m\0e\0",
    b"Name\n" + b'"' * 999,
    b'[{"name": "A", "country": ' + DIGITS.encode() + b"}]",
    b'[{"name": ' + nested(900) + b"}]",
    b'[{"name": ' + deep(900) + b"}]",
    b'[{"name": "\\ud800"}]',
    b'{"items": [{"name": 1e999}]}',
    b'{"items": {"name": 1}}',
]


def filled(shape: Any, value: Any) -> bytes:
    """A body with ``value`` for every member that ``shape`` (a marshmallow schema) takes."""
    return json.dumps(dict.fromkeys(shape.fields, value)).encode()
