"""The official file: put in by the operator, named in the document, attached to its PDF."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pikepdf
import pytest

from services.agreements import rendering
from services.agreements.contract.wording import built_in_templates
from services.agreements.model.agreement import Version
from services.agreements.model.document import make_version, official_file_named
from services.agreements.official_files import (
    LARGEST,
    OfficialFile,
    official_file,
    official_files,
)
from shared.settings import SettingsError
from tests.unit.agreements import things
from tests.unit.agreements.test_docx import opened, texts_of

EU = built_in_templates()[0]
BODY = b"%PDF-1.7 what the Official Journal prints"
SHA256 = hashlib.sha256(BODY).hexdigest()
FILE = OfficialFile("eu-2021-915.en.pdf", SHA256, BODY)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / FILE.name).write_bytes(BODY)
    (tmp_path / "dk-sa.da.pdf").write_bytes(BODY)
    (tmp_path / "SHA256SUMS").write_text(f"{SHA256}  {FILE.name}\n{SHA256.upper()} *dk-sa.da.pdf\n")
    return tmp_path


def version(official: OfficialFile | None) -> Version:
    return make_version(
        "agr_1", 1, (things.VENDOR, things.CUSTOMER), things.content(language="en"), EU,
        at=things.AT, by="cli", official=official,
    )  # fmt: skip


def test_the_files_of_a_folder_are_found_by_text_and_language(folder: Path) -> None:
    files = official_files(folder)
    assert files == {("eu-2021-915", "en"): FILE,
                     ("dk-sa", "da"): OfficialFile("dk-sa.da.pdf", SHA256, BODY)}  # fmt: skip
    assert official_file(files, "eu-2021-915", "en-GB") == FILE
    assert official_file(files, "eu-2021-915", "da") is None
    assert official_file(files, "own", "en") is None
    assert official_files(None) == {}


def test_a_swedish_agreement_on_the_danish_text_has_the_danish_file(folder: Path) -> None:
    files = official_files(folder)
    assert official_file(files, "dk-sa", "sv") == files["dk-sa", "da"]
    assert official_file(files, "dk-sa", "en") is None


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("SHA256SUMS", b"", "is not the one in SHA256SUMS"),
        ("eu-2021-915.en.pdf", BODY[:-1], "is not the one in SHA256SUMS"),
        ("eu-2021-914.en.pdf", BODY, "is no name of a text"),
        ("eu-2021-915.fr.pdf", BODY, "is no name of a text"),
    ],
)
def test_a_wrong_file_stops_the_start(folder: Path, name: str, text: bytes, why: str) -> None:
    (folder / name).write_bytes(text)
    with pytest.raises(SettingsError, match=why):
        official_files(folder)


@pytest.mark.parametrize("body", [b"<html>", BODY + b" " * LARGEST])
def test_what_is_no_pdf_of_a_fit_size_stops_the_start(folder: Path, body: bytes) -> None:
    (folder / FILE.name).write_bytes(body)
    sums = folder / "SHA256SUMS"
    sums.write_text(sums.read_text().replace(SHA256, hashlib.sha256(body).hexdigest()))
    with pytest.raises(SettingsError, match="no PDF of at most 8 MiB"):
        official_files(folder)


def test_a_folder_without_digests_or_no_folder_stops_the_start(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(SettingsError, match="sha256sum"):
        official_files(folder)
    with pytest.raises(SettingsError, match="is no folder"):
        official_files(folder / "none")


def test_the_digest_of_the_file_is_part_of_what_both_sign() -> None:
    with_file, without = version(FILE), version(None)
    assert official_file_named(with_file) == SHA256
    assert official_file_named(without) is None
    assert with_file.document_sha256 != without.document_sha256
    assert json.loads(with_file.document)["contract"]["official_file"] == {
        "name": FILE.name, "sha256": SHA256,
    }  # fmt: skip


def test_the_pdf_holds_the_file_and_says_so_and_stays_an_archive() -> None:
    body = rendering.as_pdf(version(FILE), (), FILE)
    with pikepdf.open(io.BytesIO(body)) as pdf:
        assert {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()} == {
            FILE.name: BODY
        }
        [spec] = pdf.Root.AF
        assert spec.AFRelationship == "/Supplement"
        meta = bytes(pdf.Root.Metadata.read_bytes()).decode()
    assert "<pdfaid:part>3</pdfaid:part>" in meta.replace(" ", "")
    assert "<pdfuaid:part>1</pdfuaid:part>" in meta.replace(" ", "")


def test_without_a_file_the_pdf_holds_none_and_the_document_says_that_there_is_none() -> None:
    made = version(None)
    with pikepdf.open(io.BytesIO(rendering.as_pdf(made))) as pdf:
        assert len(pdf.attachments) == 0
        assert "<pdfaid:part>2</pdfaid:part>" in bytes(pdf.Root.Metadata.read_bytes()).decode()
    sections = rendering.laid_out(made)["sections"]
    assert "no copy of the official file" in sections[0]["paragraphs"][-1]


def test_the_copy_to_work_on_says_where_the_file_is() -> None:
    texts = texts_of(opened(rendering.as_docx(version(FILE))))
    assert any(FILE.name in text and SHA256 in text for text in texts)
