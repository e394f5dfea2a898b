"""The annexes of a template of the vendor's own: sentences and lists, in one language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.agreements import rendering
from services.agreements.contract.contents import Address, Party
from services.agreements.contract.terms import Contact
from services.agreements.contract.wording import SPOKEN, built_in_templates
from services.agreements.model.document import make_version
from tests.pdf import text_of
from tests.unit.agreements import things

OFFICER = Contact("Bo Ek", "Data protection officer", "dpo@vendor.test")
VENDOR = Party(
    "org_v", "v", "Vendor", "DK 12", "DK", Address("Gade 1", "2100", "København", "DK"),
    Contact("Ida Holm", "CEO", "ida@vendor.test"), OFFICER,
)  # fmt: skip
SPECIAL = "For special categories of personal data the processor takes these measures besides:"
MEASURES = {"technical": ["Encryption", "Backups"], "organisational": ["Training"],
            "special_categories": ["Two keys"]}  # fmt: skip


def annexes(language: str = "en", **more: object) -> list[dict[str, list[str]]]:
    """Each annex as its points with their paragraphs."""
    content = things.content(language=language, **more)
    made = make_version("agr_1", 1, (VENDOR, things.CUSTOMER), content, built_in_templates()[2],
                        at=things.AT, by="cli")  # fmt: skip
    return [{point["heading"]: point["paragraphs"] for point in annex["points"]}
            for annex in rendering.laid_out(made)["annexes"]]  # fmt: skip


def test_a_party_is_named_with_everything_that_is_known_of_it() -> None:
    parties = annexes()[0]
    assert parties["1.2. Processor"][0].split("\n") == [
        "Name: Vendor", "Registration number: DK 12",
        "Address: Gade 1, 2100 København, Denmark",
        "Contact person: Ida Holm (CEO), ida@vendor.test",
        "Data protection officer: Bo Ek (Data protection officer), dpo@vendor.test",
    ]  # fmt: skip
    assert parties["1.1. Controller"][0].startswith("Name: Customer\nContact person: ")


@pytest.mark.parametrize("language", SPOKEN)
def test_no_full_stop_follows_what_readers_copy(language: str) -> None:
    lines = [line for paragraphs in annexes(language)[0].values() for line in paragraphs]
    told = "\n".join(lines).split("\n")
    assert any(line.endswith("DK 12") for line in told)
    assert not [line for line in told if line.endswith(".")]


def test_the_processing_is_described_point_by_point() -> None:
    processing = annexes()[1]
    assert list(processing) == [
        "2.1. Subject matter", "2.2. Duration and retention", "2.3. Nature of the processing",
        "2.4. Purpose", "2.5. Categories of personal data",
        "2.6. Special categories of personal data", "2.7. Categories of data subjects",
    ]  # fmt: skip
    assert processing["2.5. Categories of personal data"] == [
        "The processing concerns these types of personal data:\n– names\n– e-mail addresses"
    ]
    [sensitive] = processing["2.6. Special categories of personal data"]
    assert sensitive.startswith("No special categories")


def test_measures_are_listed_by_kind_and_without_any_list_as_the_parties_wrote_them() -> None:
    assert annexes(measures=MEASURES)[2] == {
        "3.1. Technical measures": [
            "The processor takes at least these technical measures:\n– Encryption\n– Backups"
        ],
        "3.2. Organisational measures": [
            "The processor takes at least these organisational measures:\n– Training"
        ],
        "3.3. Measures for special categories": [f"{SPECIAL}\n– Two keys"],
    }
    assert annexes()[2] == {"3.1. Measures": ["Encryption and backups."]}


@pytest.mark.parametrize("language", SPOKEN)
def test_every_point_stands_on_the_page_under_its_heading(language: str) -> None:
    version = things.own(language=language, measures=MEASURES)
    text, at = text_of(rendering.as_pdf(version)), 0
    for annex in rendering.laid_out(version)["annexes"][:3]:
        for point in annex["points"]:
            at = text.index(point["heading"], at)
            at = text.index(point["paragraphs"][0].split("\n")[0][:30], at)


def test_documents_of_before_keep_their_tables() -> None:
    old = things.before_sentences(things.own(language="en"))
    annex = rendering.laid_out(old)["annexes"][1]
    assert annex["points"] == []
    assert dict(annex["tables"][0]["rows"])["Subject matter"] == "Hosting of a case system"
    assert rendering.as_pdf(replace(old)).startswith(b"%PDF")
