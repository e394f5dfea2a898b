"""Lists as vendors publish them become drafts; what they leave open is asked, never guessed."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests import builders
from tests.integration.registry.importing import (
    LISTS,
    answered,
    begin,
    drafts,
    report,
    taken,
    work,
)
from tests.vendor import Vendor

MAILER = "Name,Purpose,Location,Transfer mechanism\nMailer Inc.,E-mail,USA,DPF; SCCs\n"

# Vendor: rows in, drafts, rows that wait, questions asked before any answer.
EXPECTED = {
    "GitHub": (30, 28, 2, 1),
    "Brevo (FR)": (5, 3, 2, 3),
    "Basecamp / 37signals": (9, 9, 0, 0),
    "Normative (SE)": (9, 9, 0, 0),
    "ilert (DE)": (7, 2, 5, 8),
    "DigitalCab (DK)": (10, 6, 4, 4),
    "Liza (liza.chat)": (11, 11, 0, 0),
}


def as_csv(entries: list[dict[str, Any]]) -> str:
    """The list with the columns a page of its kind has, in Danish where it is Danish."""
    columns = {"Underdatabehandler": "name", "Formål": "purpose",
               "Placering": "location_as_published",
               "Overførselsgrundlag": "transfer_mechanism_as_published",
               "Hjemsted": "entity_country", "Fjernadgang": "remote_access_iso"}  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(columns)
    for entry in entries:
        cells = [entry.get(name) for name in columns.values()]
        writer.writerow([", ".join(each) if isinstance(each, list) else each for each in cells])
    return out.getvalue()


def test_it_works(vendor: Vendor) -> None:
    told = taken(vendor, MAILER, language="en")

    (change,) = drafts(vendor)
    entry = change["sub_processor"]
    assert (told["status"], told["drafted"], told["refused"]) == ("done", 1, [])
    assert (change["kind"], entry["legal_name"]) == ("add", "Mailer Inc.")
    assert entry["purpose"] == {"en": "E-mail"}
    (place,) = entry["locations"]
    assert (place["country"], place["kind"]) == ("US", "processing")
    assert [(each["instrument_id"], each["role"]) for each in place["mechanisms"]] == [
        ("eu-us-dpf", "primary"),
        ("scc", "fallback"),
    ]
    assert "address-missing" in {finding["code"] for finding in change["findings"]}


@pytest.mark.parametrize("published", LISTS, ids=lambda each: each["vendor"])
def test_a_published_list_goes_through_as_it_is(vendor: Vendor, published: dict[str, Any]) -> None:
    told = taken(vendor, published, language="en")

    found = (told["rows_total"], told["drafted"], told["waiting"], len(told["questions"]))
    assert found == EXPECTED[published["vendor"]]
    assert (told["refused"], told["rows_done"]) == ([], told["rows_total"])
    assert set(told["unread_columns"]) <= {
        "transfer_mechanism_normalised", "note", "updated",
    }  # fmt: skip
    by_name = {entry["name"]: entry for entry in published["entries"]}
    for change in drafts(vendor):
        entry = change["sub_processor"]
        places = [each["country"] for each in entry["locations"] if each["kind"] == "processing"]
        assert places == by_name[entry["legal_name"]]["location_iso"]


@pytest.mark.parametrize("published", LISTS, ids=lambda each: each["vendor"])
def test_the_same_list_as_csv_is_read_the_same(vendor: Vendor, published: dict[str, Any]) -> None:
    told = taken(vendor, as_csv(published["entries"]), language="da")

    rows, drafted, waiting, questions = EXPECTED[published["vendor"]]
    assert (told["rows_total"], told["drafted"], told["waiting"]) == (rows, drafted, waiting)
    assert len(told["questions"]) == questions


def test_what_is_asked_says_which_row_what_text_why_and_what_may_be_meant(vendor: Vendor) -> None:
    told = taken(vendor, "Name,Location\nHost Europe,EU\nBackup,Frankfurt\nCdn,eu-west-1\n")

    questions = {each["text"]: each for each in told["questions"]}
    assert told["status"] == "waiting"
    assert questions["EU"]["row"] == 1
    assert questions["EU"]["member"] == "locations"
    assert "no country" in questions["EU"]["why"]
    assert len(questions["EU"]["candidates"]) == 27
    assert questions["Frankfurt"]["candidates"] == ["DE"]
    assert questions["eu-west-1"]["candidates"] == ["IE"]
    assert drafts(vendor) == []


def test_answers_make_drafts_of_the_rows_that_waited(vendor: Vendor) -> None:
    told = taken(vendor, "Name,Location\nHost Europe,USA/EU\nBackup,Frankfurt\n")

    told = answered(vendor, told, {"EU": ["DE", "NL"], "Frankfurt": ["DE"]})

    assert (told["status"], told["drafted"], told["questions"]) == ("done", 2, [])
    places = [
        [place["country"] for place in change["sub_processor"]["locations"]]
        for change in drafts(vendor)
    ]
    assert places == [["US", "DE", "NL"], ["DE"]]


def test_one_answer_may_count_for_the_same_question_everywhere(vendor: Vendor) -> None:
    told = taken(vendor, "Name,Location\n" + "".join(f"Host {n},EU\n" for n in range(5)))
    (first, *_) = told["questions"]

    body = {"answers": [{"id": first["id"], "values": ["DE"], "everywhere": True}]}
    vendor.must("POST", f"/imports/{told['id']}/answers", body)
    work(vendor)

    assert report(vendor, told["id"])["drafted"] == 5


@pytest.mark.parametrize("published", LISTS, ids=lambda each: each["vendor"])
def test_every_published_list_can_be_answered_to_its_end(
    vendor: Vendor, published: dict[str, Any]
) -> None:
    answers = {
        "EU": ["DE"], "Frankfurt": ["DE"], "Stockholm": ["SE"], "Dublin": ["IE"],
        "Warsaw": ["PL"], "BCR": ["bcr-p"], "BCRs": ["bcr-p"], "Microsoft (Azure)": ["separate"],
    }  # fmt: skip
    told = taken(vendor, published, language="en")
    while told["questions"]:
        # Whoever is asked from where EEA data is reached says: from nowhere else.
        texts = {each["text"]: answers.get(each["text"], []) for each in told["questions"]}
        told = answered(vendor, told, texts)
    assert told["status"] == "done"
    assert told["drafted"] == told["rows_total"]


def test_a_mechanism_without_a_third_country_is_asked_about(vendor: Vendor) -> None:
    text = "Name,Entity country,Location,Transfer mechanism\nHub Inc.,US,Germany,DPF\n"
    told = taken(vendor, text)
    (question,) = told["questions"]
    assert question["code"] == "mechanism-without-transfer"
    assert question["candidates"] == ["US"]

    answered(vendor, told, {question["text"]: ["US"]})

    (change,) = drafts(vendor)
    home, reached = change["sub_processor"]["locations"]
    assert (home["country"], home["mechanisms"]) == ("DE", [])
    assert (reached["country"], reached["kind"]) == ("US", "remote_access")
    assert [each["instrument_id"] for each in reached["mechanisms"]] == ["eu-us-dpf"]


@pytest.mark.parametrize(("choice", "entries"), [("merge", 1), ("separate", 2)])
def test_rows_of_one_name_are_one_entry_or_several_as_the_vendor_says(
    vendor: Vendor, choice: str, entries: int
) -> None:
    told = taken(vendor, "Name,Purpose,Location\nCloud,Hosting,Chile\nCloud,Tickets,USA\n")
    assert (told["waiting"], told["drafted"]) == (2, 0)

    told = answered(vendor, told, {"Cloud": [choice]})

    assert (told["drafted"], told["joined"]) == (entries, 2 - entries)
    first = drafts(vendor)[0]["sub_processor"]
    assert len(first["locations"]) == 3 - entries


def test_a_row_said_twice_is_refused_the_second_time(vendor: Vendor) -> None:
    told = taken(vendor, "Name,Location\nHost,DK\nHost,DK\n")

    assert told["drafted"] == 1
    assert [(each["row"], each["code"]) for each in told["refused"]] == [(2, "duplicate-row")]


def test_rows_that_cannot_be_entries_are_refused_one_by_one(vendor: Vendor) -> None:
    text = (
        "Name,Purpose,Location,Website\n"
        ",Hosting,DK,\n"
        "Good,Hosting,DK,\n"
        "Bad,Hosting,DK,not a url\n"
        "Wide,Hosting,DK,,,,\n"
        f"{'x' * 400},Hosting,DK,\n"
    )
    told = taken(vendor, text)

    assert told["drafted"] == 1
    assert [(each["row"], each["pointer"], each["code"]) for each in told["refused"]] == [
        (1, "/legal_name", "required"),
        (3, "/website", "invalid"),
        (4, "", "row-malformed"),
        (5, "/legal_name", "invalid"),
    ]


def test_columns_are_told_as_they_were_read_or_left(vendor: Vendor) -> None:
    told = taken(vendor, "Leverantör,Ändamål,Land,Uppdaterad\nVärd AB,Drift,Sverige,2026-01-01\n")

    assert {each["name"]: each["member"] for each in told["columns"]} == {
        "Leverantör": "legal_name", "Ändamål": "purpose", "Land": "location",
    }  # fmt: skip
    assert told["unread_columns"] == ["Uppdaterad"]


def test_an_entry_of_the_register_is_modified_only_where_the_list_differs(
    baseline: Vendor,
) -> None:
    told = taken(baseline, "Name,Location\nHosting Ltd,Ireland\n")
    assert (told["unchanged"], told["drafted"]) == (1, 0)

    told = taken(baseline, 'Name,Location\nHosting Ltd,"Ireland, Germany"\n')

    (change,) = drafts(baseline)
    assert (told["unchanged"], told["drafted"], change["kind"]) == (0, 1, "modify")
    before, after = change["previous"], change["sub_processor"]
    assert [each["country"] for each in after["locations"]] == ["IE", "DE"]
    assert after["locations"][0] == before["locations"][0]
    assert after["contact"] == before["contact"]  # What the list is silent on stays.


def test_entries_that_the_list_does_not_name_are_told_and_left_alone(baseline: Vendor) -> None:
    told = taken(baseline, MAILER)

    listed = baseline.must("GET", "/sub-processors")["items"]
    assert told["absent"] == [each["id"] for each in listed]
    assert {change["kind"] for change in drafts(baseline)} == {"add"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "malformed-request"),
        ("Name,Name\nA,B\n", "malformed-request"),
        ('Name,Location\n"open,DK\n', "malformed-request"),
        ("Name,Location\n", "no-rows"),
        ({"vendor": "x"}, "no-rows"),
        ([], "no-rows"),
        ([1], "malformed-request"),
        ([[]], "malformed-request"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(vendor: Vendor, body: Any, code: str) -> None:
    kind = {"content_type": "text/csv"} if isinstance(body, str) else {}
    sent = {"data": body.encode() if body else b" "} if isinstance(body, str) else {"json": body}

    answer = vendor.ask("POST", "/import", query_string={"effective_on": "2027-03-01"},
                        **kind, **sent)  # fmt: skip

    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (400, code)
    assert vendor.stack.database("registry").db["import_rows"].count_documents(
        {"import_id": {"$nin": vendor.stack.database("registry").db["imports"].distinct("_id")}}
    ) == 0  # fmt: skip


def test_a_file_in_another_charset_is_read_when_it_says_so(vendor: Vendor) -> None:
    text = "Navn;Formål;Land\nVært ApS;Drift;Færøerne\n".encode("windows-1252")
    told = vendor.ask("POST", "/import", data=text, content_type="text/csv; charset=windows-1252",
                      query_string={"effective_on": "2027-03-01"})  # fmt: skip
    assert told.status_code == 202
    work(vendor)

    (change,) = drafts(vendor)
    assert change["sub_processor"]["legal_name"] == "Vært ApS"
    assert change["sub_processor"]["locations"][0]["country"] == "FO"
    again = vendor.ask("POST", "/import", data=text, content_type="text/csv")
    assert again.status_code == 400


def test_answers_that_do_not_fit_are_refused(vendor: Vendor) -> None:
    told = taken(vendor, "Name,Location,Mechanism\nHost,EU,BCR\nHost,DK,\n")
    path = f"/imports/{told['id']}/answers"
    wrong = {"locations": ["EL"], "mechanisms": ["gdpr"], "same_name": ["perhaps"]}

    for question in told["questions"]:
        body = {"answers": [{"id": question["id"], "values": wrong[question["member"]]}]}
        answer = vendor.ask("POST", path, body)
        assert answer.json is not None
        assert (answer.status_code, answer.json["code"]) == (422, "answer-unfit")
        assert answer.json["errors"][0]["pointer"] == "/answers/0/values"
    unknown = {"answers": [{"id": "qst_x", "values": []}]}
    assert vendor.ask("POST", path, unknown).get_json()["code"] == "question-unknown"


def test_an_import_is_its_processors_own(vendor: Vendor, baseline: Vendor) -> None:
    import_id = begin(vendor, MAILER)
    stranger = baseline.customer("nordbo")

    for path in (f"/imports/{import_id}", f"/imports/{import_id}/rows", "/export.csv"):
        answer = vendor.stack.ask(stranger, "GET", vendor.path + path)
        assert answer.status_code in (403, 404)


def test_without_a_day_drafts_take_effect_when_every_agreement_allows(baseline: Vendor) -> None:
    baseline.customer("nordbo", notice_days=30)
    answer = baseline.ask("POST", "/import", data=MAILER.encode(), content_type="text/csv")

    assert answer.json is not None
    assert answer.json["effective_on"] == "2026-12-24"


def test_what_an_import_drafts_can_be_completed_and_announced(vendor: Vendor) -> None:
    taken(vendor, MAILER)
    (change,) = drafts(vendor)
    path = f"/changes/{change['id']}"
    refused = vendor.ask("POST", f"{path}/announce")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "notice-incomplete")

    etag = vendor.ask("GET", path).headers["ETag"]
    edit = {"sub_processor": builders.sub_processor()}
    answer = vendor.ask("PATCH", path, edit, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text

    assert vendor.must("POST", f"{path}/announce")["status"] == "announced"


@pytest.mark.slow
def test_a_file_may_have_sixteen_mebibytes_and_no_more(vendor: Vendor) -> None:
    line = "Host,Hosting," + "x" * 1_000 + "\n"
    large = "Name,Purpose,Location\n" + line * (2 * 1024)
    too_large = large + line * (15 * 1024)

    for body, status in ((large, 202), (too_large, 413)):
        answer = vendor.ask("POST", "/import", data=body.encode(), content_type="text/csv",
                            query_string={"effective_on": "2027-03-01"})  # fmt: skip
        assert answer.status_code == status
    stream = io.BytesIO(too_large.encode())
    chunked = vendor.ask(
        "POST", "/import", input_stream=stream, content_type="text/csv",
        query_string={"effective_on": "2027-03-01"},
        headers={"Transfer-Encoding": "chunked"}, environ_overrides={"wsgi.input_terminated": True},
    )  # fmt: skip
    assert chunked.status_code == 413
    work(vendor)


def test_the_same_upload_sent_twice_is_one_import(vendor: Vendor) -> None:
    sent = {"data": MAILER.encode(), "content_type": "text/csv",
            "headers": {"Idempotency-Key": "imp-1"},
            "query_string": {"effective_on": "2027-03-01"}}  # fmt: skip

    first, second = (vendor.ask("POST", "/import", **sent).json for _ in range(2))
    work(vendor)

    assert first == second
    assert len(drafts(vendor)) == 1


def test_every_row_can_be_looked_up_page_by_page(vendor: Vendor) -> None:
    text = "Name,Location\n" + "".join(f"Host {n},DK\n" for n in range(1, 8)) + ",DK\n"
    told = taken(vendor, text)
    path = f"/imports/{told['id']}/rows"

    first = vendor.must("GET", f"{path}?limit=5")
    rest = vendor.must("GET", f"{path}?limit=5&cursor={first['next_cursor']}")
    refused = vendor.must("GET", f"{path}?state=refused")

    assert [row["row"] for row in (*first["items"], *rest["items"])] == list(range(1, 9))
    assert [(row["row"], row["refusals"][0]["code"]) for row in refused["items"]] == [
        (8, "required")
    ]


def test_who_belongs_to_the_group_and_what_is_optional_is_read(vendor: Vendor) -> None:
    text = (
        "Name,Location,Affiliate,Optional,Address,Org.nr\n"
        'Dotter AB,Sverige,ja,nej,"Gatan 1, Lund",556000-0000\n'
        "Extra Inc.,Sverige,nej,ja,,\n"
        "Odd AB,Sverige,perhaps,,,\n"
    )
    told = taken(vendor, text)

    first, second, third = (change["sub_processor"] for change in drafts(vendor))
    assert (first["affiliate"], first["required"]) == (True, True)
    assert (first["registration_number"], first["address"]["street"]) == (
        "556000-0000",
        "Gatan 1, Lund",
    )
    assert (second["affiliate"], second["required"]) == (False, False)
    assert third["affiliate"] == "not_stated"
    rows = vendor.must("GET", f"/imports/{told['id']}/rows")["items"]
    assert rows[2]["remarks"] == ["“perhaps” is neither yes nor no; affiliate is not read."]


def test_several_entries_of_one_name_are_told_apart_by_their_purpose_or_asked(
    vendor: Vendor,
) -> None:
    twice = [
        builders.sub_processor(legal_name="Cloud", registration_number=None, purpose={"en": text})
        for text in ("Hosting", "Tickets")
    ]
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": twice})

    told = taken(vendor, "Name,Purpose\nCloud,Tickets\n", language="en")
    assert (told["unchanged"], told["questions"]) == (1, [])

    told = taken(vendor, "Name,Purpose\nCloud,Mail\n", language="en")
    (question,) = told["questions"]
    assert (question["code"], len(question["candidates"])) == ("which-entry", 3)
    answered(vendor, told, {"Cloud": ["new"]})
    assert [change["kind"] for change in drafts(vendor)] == ["add"]


def test_a_list_that_is_being_received_is_not_worked_on_and_dies_with_its_upload(
    vendor: Vendor,
) -> None:
    import_id = begin(vendor, MAILER)
    db = vendor.stack.database("registry").db
    db["imports"].update_one({"_id": import_id}, {"$set": {"status": "receiving"}})

    work(vendor)
    assert drafts(vendor) == []
    vendor.stack.pass_time(hours=2)
    work(vendor)

    assert vendor.ask("GET", f"/imports/{import_id}").status_code == 404
    assert db["import_rows"].count_documents({"import_id": import_id}) == 0
