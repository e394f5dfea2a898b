"""Whoever names a vendor or a contact writes no header, on no interpreter."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notices.channels.email import HeadersForged, Mail, Under, composed, headers
from services.notices.letters.shape import Fact, Item, Letter, Place
from shared.safe_text import header, mailbox, one_line, phrase

SENDER = Address("Art28", addr_spec="notices@art28.example")
NAMES = ["From", "Reply-To", "To", "Subject", "Date", "Message-ID", "References", "Auto-Submitted",
         "Content-Language", "MIME-Version", "Content-Type"]  # fmt: skip
INJECTED = "A\r\nContent-Type: text/html\r\nBcc: thief@evil.example\r\n\r\n<h1>Evil</h1>"
ENCODED = "=?utf-8?q?A=0d=0aContent-Type:_text/html=0d=0a=0d=0a<h1>Evil</h1>?="
EVIL = [
    INJECTED,
    ENCODED,
    "=?utf-8?b?QQ0KQmNjOiB0aGllZkBldmlsLmV4YW1wbGUNCg0KPGgxPg==?=",
    "=?iso-8859-1?Q?A=0ABcc:_thief@evil.example?=",
    "=?utf-8*en?q?A=0d=0aBcc:_a@b.example?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3FA=3D0d=3D0aBcc:_x@y.example=3F=3D?=",
    "A =?utf-8?q?B?= =?utf-8?q?=0d=0aC?=",
    '"=?utf-8?q?A=0d=0aBcc:_a@b.example?="',
    'A" <thief@evil.example>, "B',
    "A\\",
    '"',
    "=?",
    "?=",
    "(comment) <a@b.example>; group:,",
    "A\u2028Bcc: thief@evil.example\u2029\u0085\x0b\x0cC",
    "A\x00\x1b[31m\x7f\ufffe\uffff\U0010ffff",
    "\u202eevil\u202c \u2066x \u2068y \u2069",
    "株式会社メール" * 40,
    "🏳️‍🌈" * 60,
    "x" * 5_000,
    "ø" * 200,
    "",
]


def letter(text: str) -> Letter:
    return Letter(
        language="en", subject=text, heading=text, lead=text, warning=text,
        facts=(Fact(text, text),), places_heading=text,
        places=(Place(text, text, text, "good", text, text),),
        items_heading=text, items=(Item(text, text, "bad", text),),
        paragraphs=(text,), footer=(text,),
    )  # fmt: skip


def mail_of(text: str, address: str = "ida@nordbo.example", **more: Any) -> Mail:
    row = {
        "_id": "mai_1", "notice_id": "ntc_1", "kind": "sub_processor.change.announced",
        "to": {"name": text, "email": address}, "made_at": datetime(2026, 11, 22, 10, tzinfo=UTC),
    }  # fmt: skip
    return composed(row | more, letter(text), SENDER, Under(text))


@pytest.mark.parametrize("text", EVIL)
def test_a_mail_has_the_headers_that_we_set_and_no_other(text: str) -> None:
    head, _, body = mail_of(text).content.partition(b"\r\n\r\n")
    lines = head.replace(b"\r\n ", b" ").split(b"\r\n")

    assert [line.partition(b":")[0].decode() for line in lines] == NAMES
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert head.isascii()
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert body.startswith(b"--=====")


@pytest.mark.parametrize("text", EVIL)
def test_what_a_reader_decodes_is_the_name_itself(text: str) -> None:
    mail = BytesParser(policy=default).parsebytes(mail_of(text).content)
    name, _, address = decoded(mail_of(text).content, "To").rpartition(" ")

    assert (name or one_line(text)) == one_line(text)
    assert address.strip("<>") == "ida@nordbo.example"
    assert str(mail["Subject"]) == one_line(text)
    assert [each.addr_spec for each in mail["To"].addresses] == ["ida@nordbo.example"]
    assert [each.addr_spec for each in mail["From"].addresses] == ["notices@art28.example"]
    assert [part.get_content_type() for part in mail.iter_parts()] == headers.PARTS
    assert not mail.defects


def decoded(content: bytes, name: str) -> str:
    """With the compatible reader of the library: its new one puts spaces between words."""
    found = str(BytesParser().parsebytes(content)[name])
    quoted = re.fullmatch(r'"(.*)"\s+(<.*>)', found)
    return str(make_header(decode_header(" ".join(quoted.groups()) if quoted else found)))


@given(st.text())
def test_a_header_gives_back_its_line_and_is_decoded_once(text: str) -> None:
    for written in (header(text), phrase(text).strip('"')):
        value = str(make_header(decode_header(written.replace("\r\n", ""))))
        assert value == one_line(text)


@pytest.mark.parametrize(
    "forge",
    [
        lambda it: it.replace(b"Date:", b"Bcc: thief@evil.example\r\nDate:", 1),
        lambda it: it.replace(b"Subject:", b"Subject: Another\r\nSubject:", 1),
        lambda it: it.replace(b"Auto-Submitted: auto-generated\r\n", b"", 1),
        lambda it: it.replace(b"Subject:", b"Subject: more", 1),
        lambda it: it.replace(b"Date:", b"\r\nDate:", 1),
        lambda it: it.replace(b"Date:", b"no header\r\nDate:", 1),
        lambda it: it.replace(b"Date: ", b"Date: a\nb", 1),
        lambda it: it.replace(b"ida@", b"thief@", 1),
        lambda it: it.replace(b"text/plain", b"text/html", 1),
        lambda it: it.replace(b"\r\n\r\n", b"\r\n\r\n<h1>Evil</h1>\r\n\r\n", 1),
    ],
)
def test_a_mail_with_a_line_that_is_not_ours_is_refused(
    monkeypatch: pytest.MonkeyPatch, forge: Any
) -> None:
    """Whatever wrote it: the check sees the finished bytes."""
    real = headers.check

    def forged(content: bytes, meant: Any) -> None:
        real(content, meant)
        assert forge(content) != content
        real(forge(content), meant)

    monkeypatch.setattr(headers, "check", forged)
    with pytest.raises(HeadersForged):
        mail_of("Mail Inc.")


def test_an_encoder_that_decodes_what_it_is_handed_sends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As Python's ``email`` did before 3.13."""
    module = "services.notices.channels.email.compose.header"
    monkeypatch.setattr(module, lambda text: str(make_header(decode_header(text))))
    with pytest.raises(HeadersForged):
        mail_of(ENCODED)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ida@nordbo.example", "ida@nordbo.example"),
        ("ida@bücher.example", "ida@xn--bcher-kva.example"),
        ("ída@nordbo.example", "ída@nordbo.example"),
        ("a..b.@docomo.example", '"a..b."@docomo.example'),
        ("o'hara+x@nordbo.example", "o'hara+x@nordbo.example"),
    ],
)
def test_an_address_is_written_as_every_server_reads_it(address: str, written: str) -> None:
    assert mailbox(address) == written


@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?a=0d=0aBcc:_x@y.example?=@nordbo.example", "=?x@nordbo.example",
        "a@b\r\nBcc: x@y.example", "a b@nordbo.example", "a\r\n@nordbo.example", "@nordbo.example",
        "ida@", "ida", '"a"@nordbo.example', "a<b>@nordbo.example", "a,b@nordbo.example",
        "ida@[127.0.0.1]", "ida@nordbo .example", "ida@nord\u202ebo.example", "ida@a..example",
        "ida@=?utf-8?q?nordbo?=", "a\u202eb@nordbo.example", "ida@x>y.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  idna has errors of its own.
        mailbox(address)


def test_an_address_beyond_ascii_is_the_only_thing_beyond_ascii() -> None:
    mail = mail_of("Ída", "ída@nordbo.example")
    assert mail.recipient == "ída@nordbo.example"
    assert mail.content.replace("ída@nordbo.example".encode(), b"").isascii()


def test_however_long_a_vendors_name_is_the_sender_is_named_behind_it() -> None:
    sender = decoded(mail_of("x" * 5_000).content, "From")
    assert sender.endswith("x via Art28 <notices@art28.example>")


def test_a_name_with_line_breaks_stays_on_its_line_of_the_text() -> None:
    text = "Mail\n\nA\u2028B\u0085C\x0bD\x0cE\rF"
    mail = BytesParser(policy=default).parsebytes(mail_of(text).content)
    body = mail.get_body(("plain",))
    assert body is not None
    plain = body.get_content()
    assert plain.splitlines()[:3] == ["Mail A B C D E F", "=" * 16, ""]
