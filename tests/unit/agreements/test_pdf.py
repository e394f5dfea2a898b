"""The PDF: archivable (PDF/A-2b), accessible (PDF/UA-1), complete, and made in time."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast

import pikepdf
import pytest

from services.agreements import rendering
from services.agreements.contract.annex import annex_from
from services.agreements.contract.wording import built_in_templates
from services.agreements.model.agreement import Acceptance, Version
from services.agreements.model.document import make_version
from tests.builders import notice_terms, sub_processor
from tests.pdf import text_of
from tests.unit.agreements import things

XMP = "http://www.aiim.org/pdf{}/ns/id/"


def with_sub_processors(count: int, *, template: int = 2, **more: Any) -> Version:
    """A version whose annex lists ``count`` entries."""
    listed = [{**sub_processor(legal_name=f"Mailer {number} Inc."), "id": f"sub_{number:03}",
               "valid_from": "2026-01-01"} for number in range(count)]  # fmt: skip
    content = things.content(**more)
    return make_version(
        "agr_1", 1, (things.VENDOR, things.CUSTOMER), content, built_in_templates()[template],
        at=things.AT, by="cli", annex=annex_from(listed, things.TODAY, content.language, ()),
    )  # fmt: skip


def signatures(version: Version) -> list[Acceptance]:
    return [
        replace(things.acceptance(party, version), name="Ida Holm", email="ida@nordbo.test",
                client_id="cli_nordbo", address="203.0.113.9")
        for party in ("controller", "processor")
    ]  # fmt: skip


def least_seconds(render: Callable[..., bytes], rounds: int) -> float:
    """Of the processor, for thirty entries: a clock on the wall counts what else the machine does.

    The first one of all, which reads fonts and templates, is not counted."""
    render(with_sub_processors(1))
    taken = []
    for days in range(rounds):
        version = with_sub_processors(30, deletion_days=days)
        begun = time.process_time()
        render(version, signatures(version))
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.fixture(scope="module")
def version() -> Version:
    return with_sub_processors(30)


@pytest.fixture(scope="module")
def pdf(version: Version) -> Iterator[pikepdf.Pdf]:
    body = rendering.as_pdf(version, signatures(version))
    with pikepdf.open(io.BytesIO(body)) as opened:
        yield opened


def test_it_says_that_it_is_pdf_a_2b_and_pdf_ua_1(pdf: pikepdf.Pdf) -> None:
    told = pdf.open_metadata()
    assert (told[f"{{{XMP.format('a')}}}part"], told[f"{{{XMP.format('a')}}}conformance"]) == (
        "2", "B",
    )  # fmt: skip
    assert told[f"{{{XMP.format('ua')}}}part"] == "1"


def test_it_is_tagged_titled_and_in_its_language(pdf: pikepdf.Pdf) -> None:
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    assert str(pdf.Root.Lang) == "da"
    assert str(pdf.open_metadata()["dc:title"]) == ("Databehandleraftale mellem Customer og Vendor")


def test_its_structure_has_headings_lists_and_a_table_with_headers(pdf: pikepdf.Pdf) -> None:
    roles = [str(each) for each in tags(pdf.Root.StructTreeRoot)]
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/Table", "/TR", "/TH", "/TD"} <= set(roles)
    assert roles.count("/H1") == 1
    assert roles.count("/TR") == 1 + 30
    assert roles.count("/TH") == 3


def test_every_page_keeps_its_place_in_the_structure(pdf: pikepdf.Pdf) -> None:
    assert all("/StructParents" in page.obj for page in pdf.pages)
    assert all(str(page.obj.get("/Tabs", "/S")) == "/S" for page in pdf.pages)


def test_its_fonts_and_its_colours_are_inside(pdf: pikepdf.Pdf) -> None:
    fonts = [each for each in pdf.objects if is_a(each, "/FontDescriptor")]
    assert fonts
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys()) for each in fonts)
    (intent,) = pdf.Root.OutputIntents
    assert str(intent.S) == "/GTS_PDFA1"
    assert intent.DestOutputProfile.read_bytes()


def test_nothing_in_it_runs_or_is_hidden(pdf: pikepdf.Pdf) -> None:
    assert not pdf.is_encrypted
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(pdf.Root.keys())
    actions = {str(each.get("/S")) for each in pdf.objects if isinstance(each, pikepdf.Dictionary)}
    assert not actions & {"/JavaScript", "/Launch", "/SubmitForm"}


def test_it_names_the_parties_every_sub_processor_and_the_evidence(version: Version) -> None:
    text = text_of(rendering.as_pdf(version, signatures(version)))
    for needed in ("Vendor", "Customer", "Bilag 4", "Mailer 29 Inc.", "1 Main Street", "Jo Doe",
                   "Ida Holm", "cli_nordbo", "203.0.113.9", "22. november 2026, 13:00:00 UTC",
                   "Side 1 af 6", "Side 6 af 6"):  # fmt: skip
        assert needed in text, needed
    assert text.count(version.document_sha256) == 3


@pytest.mark.parametrize(
    ("template", "annexes"),
    [(0, ["Annex I.", "Annex II.", "Annex III.", "Annex IV."]),
     (1, ["Appendix A.", "Appendix B.", "Appendix C.", "Appendix D."]),
     (2, ["Annex 1.", "Annex 2.", "Annex 3.", "Annex 4."])],
)  # fmt: skip
def test_the_annexes_are_those_of_the_template(template: int, annexes: list[str]) -> None:
    told = rendering.laid_out(with_sub_processors(1, template=template, language="en"))
    headings = [each["heading"] for each in told["annexes"]]
    assert [heading.split(". ")[0] + "." for heading in headings] == annexes
    parts = [part for each in told["annexes"] for part in (each, *each["points"])]
    assert sum(part["sub_processors"] is not None for part in parts) == 1


def test_where_there_is_no_register_the_annex_says_so() -> None:
    bare = rendering.laid_out(things.version(language="en"))["annexes"][3]["sub_processors"]
    assert bare["empty"].startswith("The processor keeps no register")
    none = rendering.laid_out(with_sub_processors(0, language="en"))["annexes"][3]
    assert none["sub_processors"]["empty"].startswith("The register lists no sub-processor")


def test_a_version_that_waits_says_who_has_not_accepted() -> None:
    version = with_sub_processors(1, language="en")
    page = rendering.laid_out(version, signatures(version)[:1])["acceptance"]
    assert page["text"].startswith("Not yet accepted")
    assert page["parties"][1]["rows"][1] == ("When", "Not yet accepted")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Coming change: engaged from 15 April 2027"),
        ("da", "Kommende ændring: anvendes fra 15. april 2027"),
        ("sv", "Kommande ändring: anlitas från 15 april 2027"),
    ],
)
def test_the_annex_says_what_is_to_come_and_from_when(language: str, sentence: str) -> None:
    entry = {"id": "sub_1", "legal_name": "Acme", "purpose": {}}
    change = {"id": "chg_1", "kind": "add", "effective_on": "2027-04-15", "sub_processor": entry,
              "previous": None}  # fmt: skip
    made = make_version(
        "agr_1", 1, (things.VENDOR, things.CUSTOMER), things.content(language=language),
        built_in_templates()[2], at=things.AT, by="cli",
        annex=annex_from([], things.TODAY, language, (), [change]),
    )  # fmt: skip
    annexes = rendering.laid_out(made)["annexes"]
    [table] = [each["sub_processors"] for each in annexes if each["sub_processors"]]
    [row] = table["rows"]
    assert (row["name"], row["who"][0], table["empty"]) == ("Acme", sentence, None)


def test_thirty_sub_processors_take_less_than_300_ms() -> None:
    assert least_seconds(rendering.as_pdf, 5) < 0.3


def test_a_file_that_will_be_sealed_says_where_readers_find_how_to_check_that() -> None:
    version, page = with_sub_processors(1, language="en"), "https://art28.test/identity/seals"
    sealed = text_of(rendering.as_pdf(version, signatures(version), seals_at=page))
    assert f"How to check the seal: {page}" in " ".join(sealed.split())
    assert "seal" not in text_of(rendering.as_pdf(version, signatures(version)))


def test_what_must_be_copied_is_never_broken() -> None:
    """Hashes, addresses of mail and of the web, and ids, in narrow columns too."""
    long = "a.very.long.name-of-a-person.who.has.many.of.them@some-company-name.example"
    terms = notice_terms(contacts=[{"name": "N", "position": "P" * 40, "email": long}])
    version = with_sub_processors(1, template=0, language="sv", notice_terms=terms)
    text = text_of(rendering.as_pdf(version, signatures(version)))
    for whole in (version.document_sha256, "https://eur-lex.europa.eu/eli/dec_impl/2021/915/oj",
                  "jo@mailer.example", long):  # fmt: skip
        assert whole in text.replace("\n", ""), whole
    assert "\u200b" not in text
    assert "\u00ad" not in text


def tags(node: Any) -> Iterator[pikepdf.Name]:
    """The roles of all elements below ``node``."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield cast("pikepdf.Name", kid.S)
            yield from tags(kid)


def is_a(thing: Any, kind: str) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and str(thing.get("/Type", "")) == kind
