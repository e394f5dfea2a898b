"""What a seal adds to a PDF, what it leaves alone, and that poppler believes it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from shared import pdf_seals, typeset
from shared.errors import Unavailable
from shared.pdf_seals import SealUnavailable
from shared.pdf_seals.appending import LARGEST_SIGNATURE, sealed
from tests import seals
from tests.readers import pdf as conformance

AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
TEXT = '#set document(title: "A")\n#set text(lang: "da")\n= A\n#sys.inputs.content\n'


@pytest.fixture(scope="module", params=[["a-2b", "ua-1"], ["a-2a"]])
def plain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    template: Path = tmp_path_factory.mktemp("typst") / "a.typ"
    template.write_text(TEXT)
    return typeset.pdf(template, {"text": "Ægir"}, note="", standards=request.param, at=0)


@seals.needs_pdfsig
def test_poppler_finds_one_valid_seal_of_the_whole_file(plain: bytes) -> None:
    said = seals.pdfsig(seals.seal(plain, AT))
    assert "Signature Type: ETSI.CAdES.detached" in said
    assert "Signature is Valid" in said
    assert "Total document signed" in said


@seals.needs_pdfsig
def test_poppler_finds_a_byte_that_was_changed(plain: bytes) -> None:
    made = bytearray(seals.seal(plain, AT))
    made[len(plain) // 2] ^= 1
    assert "Signature is Valid" not in seals.pdfsig(bytes(made))


@seals.needs_pdfsig
def test_a_file_without_a_seal_is_not_taken_for_one(plain: bytes) -> None:
    assert not seals.is_sealed(plain)


def test_the_file_itself_stays_as_it_was(plain: bytes) -> None:
    made = seals.seal(plain, AT)
    assert made[: len(plain)] == plain
    assert conformance(made) == conformance(plain)


def test_a_seal_adds_nothing_that_pdf_a_and_pdf_ua_forbid(plain: bytes) -> None:
    """ISO 19005-2, 6.3 and 6.4: printable, no picture owed, no form that draws itself anew;
    ISO 14289-1, 7.18: outside of the page, so it needs no tag, and the page orders its tabs."""
    with (
        pikepdf.open(io.BytesIO(plain)) as before,
        pikepdf.open(io.BytesIO(seals.seal(plain, AT))) as after,
    ):
        assert after.Root.Metadata.read_raw_bytes() == before.Root.Metadata.read_raw_bytes()
        assert set(after.Root.keys()) - set(before.Root.keys()) == {"/AcroForm"}
        assert "/NeedAppearances" not in after.Root.AcroForm
        page = after.pages[0]
        assert page.obj.Tabs == "/S"
        (widget,) = page.obj.Annots
        left, bottom, right, top = (float(side) for side in widget.Rect)
        assert (left, bottom) == (right, top)
        assert right < float(page.cropbox[0])
        assert int(widget.F) & 0b100  # Print
        assert not int(widget.F) & 0b10_0011  # Invisible, hidden, without view


def test_a_signature_for_which_there_is_no_room_makes_no_file(plain: bytes) -> None:
    with pytest.raises(SealUnavailable):
        sealed(plain, AT, lambda _: b"x" * (LARGEST_SIGNATURE + 1))


def test_without_identity_there_is_no_sealed_file(plain: bytes) -> None:
    class Gone:
        def post(self, path: str, body: object) -> object:
            raise Unavailable(f"{path} {body}")

    with pytest.raises(SealUnavailable):
        pdf_seals.sealer_at(Gone())(plain, AT)
    with pytest.raises(SealUnavailable):
        pdf_seals.nothing_sealed(plain, AT)
