"""A transfer is assessed: the record is checked, and an entry that names it says what it says."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders
from tests.integration.registry.evidence import adopt, assessment_body, entry_naming, recorded
from tests.integration.registry.importing import taken
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

Json = dict[str, Any]


def evidence_of(entry: Json) -> Json:
    found: Json = entry["locations"][0]["mechanisms"][0]["evidence"]
    return found


def test_an_entry_takes_days_and_conclusion_of_the_assessment_it_names(vendor: Vendor) -> None:
    tia = recorded(vendor)
    (entry,) = adopt(vendor, entry_naming(tia["id"]))
    evidence = evidence_of(entry)
    assert evidence["tia_on"] == "2026-11-02"
    assert evidence["tia_review_on"] == tia["next_review_on"] == "2027-05-03"
    assert evidence["tia_conclusion"] == "equivalent_with_measures"
    verdict = entry["locations"][0]["verdict"]
    assert (verdict["status"], verdict["due_on"]) == ("valid", "2027-05-03")


def test_an_assessment_that_concludes_against_the_transfer_takes_its_basis_away(
    vendor: Vendor,
) -> None:
    against = {"outcome": "not_equivalent", "text": "Nothing helps."}
    (entry,) = adopt(vendor, entry_naming(recorded(vendor, conclusion=against)["id"]))
    verdict = entry["locations"][0]["verdict"]
    assert verdict["status"] == "invalid"
    assert set(verdict["reason_by_language"]) == {"en", "da", "sv"}
    assert "TIA" in verdict["reason_by_language"]["sv"]


def test_a_review_that_is_past_is_remarked_on(vendor: Vendor) -> None:
    tia = recorded(vendor)
    adopt(vendor, entry_naming(tia["id"]))
    answer = vendor.ask("GET", "/sub-processors", query_string={"as_of": "2027-05-04"})
    assert answer.json is not None
    remarks = answer.json["items"][0]["locations"][0]["verdict"]["remarks"]
    assert any("review" in each and "2027-05-03" in each for each in remarks)


def test_what_is_read_can_be_sent_back(vendor: Vendor) -> None:
    (entry,) = adopt(vendor, entry_naming(recorded(vendor)["id"]))
    again = entry_naming("", **evidence_of(entry))
    change = vendor.draft(kind="modify", sub_processor_id=entry["id"], sub_processor=again)
    assert evidence_of(change["sub_processor"]) == evidence_of(entry)


def _of_another(vendor: Vendor) -> str:
    client = new_client(vendor.stack, "other", ["processor"], PROCESSOR_SCOPES)
    return str(recorded(Vendor(vendor.stack, client, client["slug"]))["id"])


def _never(_: Vendor) -> str:
    return "tia_" + "0" * 32


@pytest.mark.parametrize("whose", [_of_another, _never])
def test_an_assessment_of_another_vendor_is_one_that_never_was(vendor: Vendor, whose: Any) -> None:
    named = whose(vendor)
    body = {"valid_from": "2026-01-01", "sub_processors": [entry_naming(named)]}
    answer = vendor.ask("POST", "/baseline", body)
    assert answer.status_code == 422
    (error,) = (answer.json or {})["errors"]
    assert error["code"] == "no-such-assessment"
    at = "/sub_processors/0/locations/0/mechanisms/0/evidence/tia_reference"
    assert error["pointer"] == at
    assert named not in str(answer.json)


# Evidence beside the assessment | pointer of what is wrong, code.
CONTRADICTIONS = [
    ({"tia_on": "2026-11-09"}, "tia_on"),
    ({"tia_review_on": "2029-01-01"}, "tia_review_on"),
    ({"tia_conclusion": "equivalent"}, "tia_conclusion"),
]


@pytest.mark.parametrize(("beside", "member"), CONTRADICTIONS)
def test_evidence_that_contradicts_its_assessment_is_refused(
    vendor: Vendor, beside: Json, member: str
) -> None:
    entry = entry_naming(recorded(vendor)["id"], **beside)
    change = {"kind": "add", "sub_processor": entry, "reason": "x", "effective_on": "2027-03-01"}
    answer = vendor.ask("POST", "/changes", change)
    assert answer.status_code == 422
    (error,) = (answer.json or {})["errors"]
    assert error["code"] == "contradicts-assessment"
    assert error["pointer"].endswith(f"/evidence/{member}")
    assert vendor.must("GET", "/changes")["items"] == []


def test_an_edit_of_a_draft_is_checked_as_the_draft_was(vendor: Vendor) -> None:
    tia = recorded(vendor)
    change = vendor.draft(sub_processor=entry_naming(tia["id"]))
    read = vendor.ask("GET", f"/changes/{change['id']}")
    body = {"sub_processor": entry_naming(tia["id"], tia_on="2026-11-09")}
    headers = {"If-Match": read.headers["ETag"]}
    answer = vendor.ask("PATCH", f"/changes/{change['id']}", body, headers=headers)
    assert answer.status_code == 422


def test_an_assessment_of_another_place_is_refused(vendor: Vendor) -> None:
    entry = entry_naming(recorded(vendor, country="IN")["id"])
    body = {"valid_from": "2026-01-01", "sub_processors": [entry]}
    answer = vendor.ask("POST", "/baseline", body)
    assert answer.status_code == 422
    assert (answer.json or {})["errors"][0]["code"] == "assessment-of-another-place"


def test_a_reference_in_words_goes_on_working(vendor: Vendor) -> None:
    (entry,) = adopt(vendor, builders.sub_processor())
    evidence = entry["locations"][0]["mechanisms"][1]["evidence"]
    assert evidence == builders.evidence_of_scc()


@pytest.mark.parametrize("value", [True, False])
def test_the_docking_clause_is_evidence_of_clauses_with_modules(
    vendor: Vendor, *, value: bool
) -> None:
    evidence = builders.evidence_of_scc(docking_clause=value)
    (entry,) = adopt(vendor, entry_naming("", **evidence))
    assert evidence_of(entry)["docking_clause"] is value


# Evidence | the member that is named.
WRONG = [
    ({"docking_clause": "yes"}, "docking_clause"),
    ({"docking_clause": 1}, "docking_clause"),
    ({"tia_conclusion": "fine"}, "tia_conclusion"),
    ({"tia_conclusion": True}, "tia_conclusion"),
    ({"tia_text": "x"}, "tia_text"),
]


@pytest.mark.parametrize(("more", "member"), WRONG)
def test_evidence_that_is_no_answer_is_refused_by_name(
    vendor: Vendor, more: Json, member: str
) -> None:
    entry = entry_naming("TIA-7", **more)
    body = {"valid_from": "2026-01-01", "sub_processors": [entry]}
    answer = vendor.ask("POST", "/baseline", body)
    assert answer.status_code == 422
    assert (answer.json or {})["errors"][0]["pointer"].endswith(f"/evidence/{member}")


# Members of the body | pointer.
INCOMPLETE: list[tuple[Json, str]] = [
    ({"law": ""}, "/law"),
    ({"law": "x" * 20_001}, "/law"),
    ({"risk": {"level": "none", "text": "x"}}, "/risk/level"),
    ({"measures": [{"kind": "magic", "text": "x"}]}, "/measures/0/kind"),
    ({"measures": []}, "/measures"),
    ({"conclusion": {"outcome": "valid", "text": "x"}}, "/conclusion/outcome"),
    ({"carried_out_on": "2027-01-01"}, "/carried_out_on"),
    ({"carried_out_by": "Jo\u202eDoe"}, "/carried_out_by"),
    ({"country": "XX"}, "/country"),
    ({"country": None}, "/country"),
    ({"review_on": "2026-01-01"}, "/review_on"),
    ({"file_id": "fil_" + "0" * 32}, "/file_id"),
    ({"verdict": "valid"}, "/verdict"),
]


@pytest.mark.parametrize(("members", "pointer"), INCOMPLETE)
def test_a_record_that_lacks_or_contradicts_is_refused_with_nothing_stored(
    vendor: Vendor, members: Json, pointer: str
) -> None:
    vendor.draft()
    answer = vendor.ask("POST", "/assessments", assessment_body(**members))
    assert answer.status_code == 422, answer.text
    assert pointer in [each["pointer"] for each in (answer.json or {})["errors"]]
    assert vendor.must("GET", "/assessments")["items"] == []


def test_the_vendor_reads_its_assessments(vendor: Vendor) -> None:
    first, second = recorded(vendor), recorded(vendor, law="Newer.")
    listed = vendor.must("GET", "/assessments")["items"]
    assert [each["id"] for each in listed] == [second["id"], first["id"]]
    answer = vendor.ask("GET", f"/assessments/{first['id']}")
    assert answer.json == first
    assert answer.headers["ETag"].startswith('"r1.')


def imported(vendor: Vendor, tia_id: str, **evidence: Any) -> Json:
    """The report of an import of one entry that names this assessment."""
    return taken(vendor, {"sub_processors": [entry_naming(tia_id, **evidence)]})


def test_an_import_takes_what_the_assessment_says(vendor: Vendor) -> None:
    tia = recorded(vendor)
    told = imported(vendor, tia["id"])
    assert (told["drafted"], told["refused"]) == (1, [])
    (change,) = vendor.must("GET", "/changes")["items"]
    assert evidence_of(change["sub_processor"])["tia_on"] == "2026-11-02"


def test_an_import_that_contradicts_the_assessment_is_refused(vendor: Vendor) -> None:
    told = imported(vendor, recorded(vendor)["id"], tia_on="2026-11-09")
    assert told["drafted"] == 0
    assert [each["code"] for each in told["refused"]] == ["contradicts-assessment"]
