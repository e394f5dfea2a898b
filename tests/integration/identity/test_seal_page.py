"""The page that says how anybody checks a seal, and gives the certificates."""

from __future__ import annotations

import re

import pytest
from asn1crypto import pem, x509
from werkzeug.test import Client

from tests.stack import Stack

PAGE = "/identity/seals"


def certificates(stack: Stack) -> list[x509.Certificate]:
    answer = Client(stack.wsgi).get(f"{PAGE}/certificates.pem")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(answer.data, multiple=True)]


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "How to check a sealed document"),
        ("da", "Sådan kontrollerer du et forseglet dokument"),
        ("sv", "Så kontrollerar du ett förseglat dokument"),
    ],
)
def test_anybody_reads_by_which_certificate_a_seal_is_checked(
    stack: Stack, language: str, heading: str
) -> None:
    page = Client(stack.wsgi).get(f"{PAGE}?lang={language}")
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f"<h1>{heading}</h1>" in page.text
    shown = {each.replace(":", "") for each in re.findall(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}",
                                                          page.text)}  # fmt: skip
    assert shown == {each.sha256.hex().upper() for each in certificates(stack)} != set()


def test_the_page_sets_no_cookie_and_runs_nothing(stack: Stack) -> None:
    page = Client(stack.wsgi).get(PAGE)
    assert "Set-Cookie" not in page.headers
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    assert "<form" not in page.text
