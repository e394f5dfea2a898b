"""Which days of an entry are days on which something was done."""

from __future__ import annotations

from datetime import date

from services.registry.model.done_days import done_days

DAY = "2026-11-02"
EVIDENCE = {"signed_on": DAY, "checked_on": DAY, "due_on": "2027-11-02", "participant": "Mailer"}


def test_every_day_of_an_entry_on_which_something_was_done_has_its_pointer() -> None:
    place = {"country": "US", "mechanisms": [{}, {"evidence": EVIDENCE}]}
    content = {
        "reviewed_on": DAY, "seen_on": DAY, "used_since": "2027-01-01",
        "flow_down": {"signed_on": DAY}, "locations": [{"country": "DK"}, place],
    }  # fmt: skip
    evidence = "/entry/locations/1/mechanisms/1/evidence"
    found = {pointer: day for pointer, day in done_days(content, "/entry").items() if day}
    assert found == dict.fromkeys(
        ("/entry/reviewed_on", "/entry/seen_on", "/entry/flow_down/signed_on",
         f"{evidence}/signed_on", f"{evidence}/checked_on"),
        date(2026, 11, 2),
    )  # fmt: skip


def test_an_entry_that_names_none_has_none() -> None:
    nothing = done_days({"flow_down": None, "locations": None}, "")
    assert nothing == {"/reviewed_on": None, "/seen_on": None, "/flow_down/signed_on": None}
    bare = {"locations": [{"mechanisms": None}, {"mechanisms": [{"evidence": None}]}]}
    assert not any(done_days(bare, "").values())
