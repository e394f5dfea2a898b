"""What is planted in the registry's private members comes out nowhere."""

from __future__ import annotations

import zlib

import pytest
from flask.testing import FlaskClient

from tests.integration.public.fake_registry import SECRET

PATHS = [
    "/", "/.well-known/sub-processors.json", "/p/tempus-serva", "/p/tempus-serva?as_of=2026-12-24",
    "/p/tempus-serva.json?as_of=2026-12-24", "/p/tempus-serva.csv?as_of=2026-12-24",
    "/p/tempus-serva.jsonld?as_of=2026-12-24", "/p/tempus-serva/changes",
    "/p/tempus-serva/changes.atom", "/p/tempus-serva/changes.json",
    "/p/tempus-serva/deadlines.ics", "/p/tempus-serva/diff?from=2026-01-01&to=2026-12-31",
    "/p/tempus-serva/sub-processors/sub_postvogn?as_of=2026-12-24", "/p/tempus-serva/schema.json",
    "/p/tempus-serva/ledger.jsonl", "/p/tempus-serva.pdf?as_of=2026-12-24",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_secret_gets_out(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert SECRET.encode() not in answer.data + unpacked(answer.data)


def unpacked(pdf: bytes) -> bytes:
    """The streams of a PDF, as far as they are compressed."""
    texts = []
    for part in pdf.split(b"stream\n")[1:]:
        try:
            texts.append(zlib.decompressobj().decompress(part))
        except zlib.error:
            continue
    return b"".join(texts)


def test_there_are_no_cookies_and_nothing_foreign(visitor: FlaskClient) -> None:
    answer = visitor.get("/p/tempus-serva?lang=en")
    assert "Set-Cookie" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
