"""A vendor with a past takes its list over by file: whole, with the days it has, or not at all."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from services.registry.use_cases import adopting
from tests.answers import Answer
from tests.integration.registry.importing import report, work
from tests.vendor import Vendor

LIST = "Name,Location,Added\nMailer ApS,Denmark,2019-05-01\nHost AB,Sweden,\n"


def send(vendor: Vendor, body: Any, **query: str) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/csv" if isinstance(body, str) else "application/json"
    return vendor.ask(
        "POST", "/import", data=text.encode(), content_type=kind,
        query_string={"into": "baseline", **query},
    )  # fmt: skip


def taken_over(vendor: Vendor, body: Any, **query: str) -> dict[str, Any]:
    answer = send(vendor, body, **query)
    assert answer.status_code == 202, answer.text
    work(vendor)
    return report(vendor, answer.json["id"])


def adopted(vendor: Vendor) -> list[dict[str, Any]]:
    entries = vendor.must("GET", "/ledger")["items"]
    return [entry for entry in entries if entry["type"] == "register.adopted"]


def test_it_works(vendor: Vendor) -> None:
    told = taken_over(vendor, LIST)

    assert (told["status"], told["adopted"], told["drafted"]) == ("done", 2, 0)
    assert vendor.names() == ["Host AB", "Mailer ApS"]
    assert vendor.must("GET", "/changes")["items"] == []
    (entry,) = adopted(vendor)
    assert entry["data"]["valid_from"] == vendor.today.isoformat()


def test_each_entry_is_on_the_list_since_its_own_day(vendor: Vendor) -> None:
    taken_over(vendor, LIST, effective_on="2024-01-01")

    assert vendor.names("2019-04-30") == []
    assert vendor.names("2019-05-01") == ["Mailer ApS"]
    assert vendor.names("2024-01-01") == ["Host AB", "Mailer ApS"]


def test_nothing_is_taken_over_before_each_question_is_answered(vendor: Vendor) -> None:
    told = taken_over(vendor, "Name,Location,Added\nMailer,EU,03/04/2020\nHost,Sweden,\n")

    assert (told["status"], vendor.names()) == ("waiting", [])
    questions = {each["member"]: each for each in told["questions"]}
    assert questions["valid_from"]["candidates"] == ["2020-04-03", "2020-03-04"]
    answers = [
        {"id": questions["locations"]["id"], "values": ["DE"]},
        {"id": questions["valid_from"]["id"], "values": ["2020-03-04"]},
    ]
    vendor.must("POST", f"/imports/{told['id']}/answers", {"answers": answers})
    work(vendor)
    assert report(vendor, told["id"])["adopted"] == 2
    assert vendor.names("2020-03-04") == ["Mailer"]


def test_an_answer_to_a_day_is_one_day_of_the_calendar(vendor: Vendor) -> None:
    told = taken_over(vendor, "Name,Location,Added\nMailer,Denmark,2020\n")
    (question,) = told["questions"]

    for values in (["soon"], ["2020-02-30"], ["0020-01-01"], ["2020-01-01", "2020-01-02"]):
        body = {"answers": [{"id": question["id"], "values": values}]}
        refused = vendor.ask("POST", f"/imports/{told['id']}/answers", body)
        assert (refused.status_code, refused.json["code"]) == (422, "answer-unfit"), values


def test_without_an_answer_to_its_day_an_entry_has_that_of_the_list(vendor: Vendor) -> None:
    told = taken_over(vendor, "Name,Location,Added\nMailer,Denmark,2020\n")
    (question,) = told["questions"]
    body = {"answers": [{"id": question["id"], "values": []}]}

    vendor.must("POST", f"/imports/{told['id']}/answers", body)
    work(vendor)

    yesterday = vendor.today - timedelta(days=1)
    assert (vendor.names(yesterday), vendor.names()) == ([], ["Mailer"])


def test_a_list_with_a_refused_row_is_not_taken_over(vendor: Vendor) -> None:
    told = taken_over(vendor, "Name,Location\nMailer,Denmark\n,Sweden\n")

    assert (told["status"], told["failure"]["code"]) == ("failed", "rows-refused")
    assert (vendor.names(), adopted(vendor)) == ([], [])
    assert taken_over(vendor, LIST)["status"] == "done"


@pytest.mark.parametrize(("answer", "names"), [("leave", ["Mailer"]), ("take", ["*", "Mailer"])])
def test_a_footnote_that_is_left_out_keeps_no_list_from_being_taken_over(
    vendor: Vendor, answer: str, names: list[str]
) -> None:
    note = "* Moved in 2024"
    told = taken_over(vendor, f"Name,Purpose,Location\nMailer,E-mail,Denmark\n{note},,\n")
    (question,) = told["questions"]
    assert (question["member"], question["text"], vendor.names()) == ("standing", note, [])

    body = {"answers": [{"id": question["id"], "values": [answer]}]}
    vendor.must("POST", f"/imports/{told['id']}/answers", body)
    work(vendor)

    told = report(vendor, told["id"])
    assert (told["status"], told["refused"]) == ("done", [])
    assert told["left"] == (answer == "leave")
    assert vendor.names() == [note if name == "*" else name for name in names]


def test_who_begins_after_the_day_of_the_list_is_refused(vendor: Vendor) -> None:
    tomorrow = (vendor.today + timedelta(days=1)).isoformat()

    told = taken_over(vendor, f"Name,Location,Added\nMailer,Denmark,{tomorrow}\n")

    (refusal,) = told["refused"]
    assert (told["status"], refusal["code"]) == ("failed", "day-to-come")


def test_a_dry_run_takes_nothing_over(vendor: Vendor) -> None:
    told = taken_over(vendor, LIST, dry_run="true")

    assert (told["status"], told["ready"], told["adopted"]) == ("done", 2, 0)
    assert (vendor.names(), adopted(vendor)) == ([], [])


def test_a_register_with_entries_takes_no_list_over(baseline: Vendor) -> None:
    refused = send(baseline, LIST)

    assert (refused.status_code, refused.json["code"]) == (409, "register-exists")


def test_a_list_is_not_taken_over_as_of_a_day_to_come(vendor: Vendor) -> None:
    tomorrow = (vendor.today + timedelta(days=1)).isoformat()

    refused = send(vendor, LIST, effective_on=tomorrow)

    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "day-to-come")


def test_of_two_lists_that_are_read_at_once_one_is_taken_over(vendor: Vendor) -> None:
    first, second = (send(vendor, LIST).json["id"] for _ in range(2))
    work(vendor)

    told = [report(vendor, each) for each in (first, second)]

    assert sorted(each["status"] for each in told) == ["done", "failed"]
    failed = next(each for each in told if each["status"] == "failed")
    assert failed["failure"]["code"] == "register-exists"
    assert len(adopted(vendor)) == 1
    assert vendor.names() == ["Host AB", "Mailer ApS"]


def test_a_list_that_is_half_written_is_not_there(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("the ledger is away")

    import_id = send(vendor, LIST).json["id"]
    with monkeypatch.context() as broken:
        broken.setattr(adopting, "_append", fails)
        work(vendor)
    assert (vendor.names(), report(vendor, import_id)["ready"]) == ([], 2)

    vendor.stack.pass_time(hours=1)
    work(vendor)

    assert report(vendor, import_id)["adopted"] == 2
    assert len(adopted(vendor)) == 1


def test_an_export_of_another_installation_is_taken_over_with_days_and_chain(
    vendor: Vendor,
) -> None:
    entries = [
        {"id": "sub_child", "legal_name": "Child ApS", "parent_id": "sub_parent",
         "valid_from": "2021-01-01", "locations": []},
        {"id": "sub_parent", "legal_name": "Parent ApS", "valid_from": "2020-01-01",
         "locations": []},
    ]  # fmt: skip

    told = taken_over(vendor, entries)

    assert (told["status"], told["adopted"]) == ("done", 2)
    listed = {each["legal_name"]: each for each in vendor.must("GET", "/sub-processors")["items"]}
    assert listed["Child ApS"]["parent_id"] == listed["Parent ApS"]["id"]
    assert vendor.names("2020-06-01") == ["Parent ApS"]


def test_a_parent_that_no_row_is_refuses_the_list(vendor: Vendor) -> None:
    entry = {"id": "sub_child", "legal_name": "Child ApS", "parent_id": "sub_gone",
             "locations": []}  # fmt: skip

    told = taken_over(vendor, [entry])

    assert (told["status"], told["failure"]["code"]) == ("failed", "parent-unknown")
    assert "sub_gone" in told["failure"]["detail"]
    assert vendor.names() == []


USED = "Name,Location,I brug siden\nMailer ApS,Denmark,2019-05-01\nHost AB,Sweden,n/a\n"


@pytest.mark.parametrize("into", ["baseline", "changes"])
def test_a_day_of_use_is_a_fact_of_the_entry_and_not_its_day_on_the_list(
    vendor: Vendor, into: str
) -> None:
    told = taken_over(vendor, USED, into=into)

    assert (told["status"], told["unread_columns"]) == ("done", [])
    if into == "baseline":
        items = vendor.must("GET", "/sub-processors")["items"]
        assert {each["listed_since"] for each in items} == {vendor.today.isoformat()}
    else:
        items = [change["sub_processor"] for change in vendor.must("GET", "/changes")["items"]]
    used = {each["legal_name"]: each.get("used_since") for each in items}
    assert used == {"Mailer ApS": "2019-05-01", "Host AB": None}


def test_a_day_of_use_that_is_unclear_is_asked_about(vendor: Vendor) -> None:
    told = taken_over(vendor, "Name,Location,Used since\nMailer,Denmark,03/04/2019\n")
    (question,) = told["questions"]
    assert (question["member"], question["code"]) == ("used_since", "day-unclear")
    path = f"/imports/{told['id']}/answers"
    unfit = {"answers": [{"id": question["id"], "values": ["soon"]}]}
    assert vendor.ask("POST", path, unfit).json["code"] == "answer-unfit"

    vendor.must("POST", path, {"answers": [{"id": question["id"], "values": ["2019-12-31"]}]})
    work(vendor)

    (entry,) = vendor.must("GET", "/sub-processors")["items"]
    assert entry["used_since"] == "2019-12-31"


def test_of_one_company_in_two_rows_the_first_day_of_use_counts(vendor: Vendor) -> None:
    rows = "Name,Location,Used since\nMailer,Denmark,2020-01-01\nMailer,Sweden,2019-01-01\n"
    told = taken_over(vendor, rows)
    (question,) = told["questions"]
    body = {"answers": [{"id": question["id"], "values": ["merge"]}]}

    vendor.must("POST", f"/imports/{told['id']}/answers", body)
    work(vendor)

    (entry,) = vendor.must("GET", "/sub-processors")["items"]
    assert entry["used_since"] == "2019-01-01"


def test_a_column_that_may_speak_of_use_or_of_the_list_is_asked_about(vendor: Vendor) -> None:
    told = taken_over(vendor, "Name,Location,Since\nMailer,Denmark,2019-05-01\n")
    (question,) = told["questions"]
    assert (question["text"], question["candidates"][0]) == ("Since", "valid_from")

    body = {"answers": [{"id": question["id"], "values": ["used_since"]}]}
    vendor.must("POST", f"/imports/{told['id']}/answers", body)
    work(vendor)

    (entry,) = vendor.must("GET", "/sub-processors")["items"]
    assert (entry["used_since"], entry["listed_since"]) == ("2019-05-01", vendor.today.isoformat())


def test_days_of_entries_are_not_read_into_changes(vendor: Vendor) -> None:
    told = taken_over(vendor, LIST, into="changes")

    assert "Added" in told["unread_columns"]
    rows = vendor.must("GET", f"/imports/{told['id']}/rows")["items"]
    assert "Added: “2019-05-01” is not read." in rows[0]["remarks"]
