"""What the platform records of instruments: laid over what ships, in revisions, and checked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from services.registry.model.instruments import (
    InstrumentInvalid,
    altered,
    merged,
    next_revision,
    with_staleness,
)
from services.registry.transfers import Instrument, load_instruments
from services.registry.transfers.parts import GRADES

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DPF = "eu-us-dpf"


def test_a_revision_keeps_what_was_recorded_before() -> None:
    first = next_revision(DPF, None, {"remarks": ["a"]}, AT, "cli_1")
    second = next_revision(DPF, first, {"ended_on": "2027-01-01"}, AT, "cli_1")
    anew = next_revision(DPF, first, {"ended_on": "2027-01-01"}, AT, "cli_1", is_new=True)
    assert (first.id, first.revision) == ("eu-us-dpf#1", 1)
    assert (second.revision, second.members) == (2, {"remarks": ["a"], "ended_on": "2027-01-01"})
    assert anew.members == {"ended_on": "2027-01-01"}


def test_recorded_members_replace_those_that_ship() -> None:
    shipped = load_instruments()
    recorded = next_revision(DPF, None, {"ended_on": "2027-01-01"}, AT, "cli_1")
    known = merged(shipped, [recorded])
    assert str(known[DPF].ended_on) == "2027-01-01"
    assert shipped[DPF].ended_on is None
    assert known.keys() == shipped.keys()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"ended_on": "2000-01-01"}, r"^The instrument ends before it takes effect\.$"),
        ({"sources": []}, r"^Name the source of the record\.$"),
        ({"valid_from": "soon"}, "soon"),
        (
            {"scope": {"type": "x", "text": "x", "all": ["importer_certified"]}, "requires": []},
            r"^What the scope asks for must be among what is required\.$",
        ),
    ],
    ids=["ends too early", "no source", "no day", "scope asks for what is not required"],
)
def test_members_that_do_not_fit_each_other_are_refused(
    members: dict[str, Any], words: str
) -> None:
    recorded = next_revision(DPF, None, members, AT, "cli_1")
    with pytest.raises(InstrumentInvalid, match=words):
        altered(load_instruments()[DPF], recorded)


def test_a_new_instrument_needs_all_its_members() -> None:
    recorded = next_revision("own", None, {"name": "Own"}, AT, "cli_1")
    with pytest.raises(InstrumentInvalid):
        altered(None, recorded)


@pytest.mark.parametrize(("days_ago", "stale"), [(179, False), (180, False), (181, True)])
def test_a_check_is_stale_after_so_many_days(days_ago: int, stale: bool) -> None:
    checked_on = (TODAY - timedelta(days=days_ago)).isoformat()
    recorded = next_revision(DPF, None, {"checked_on": checked_on}, AT, "cli_1")
    known = with_staleness(merged(load_instruments(), [recorded]), TODAY, 180)
    assert known[DPF].stale is stale


def test_an_instrument_that_was_never_checked_is_stale() -> None:
    recorded = next_revision(DPF, None, {"checked_on": None}, AT, "cli_1")
    assert with_staleness(merged(load_instruments(), [recorded]), TODAY, 180)[DPF].stale


def test_what_shipped_is_stale_until_somebody_opens_the_official_page() -> None:
    known = with_staleness(load_instruments(), TODAY, 180)
    assert known["adequacy-kr"].stale
    assert known["adequacy-kr"].verified["scope"] == "copy"


OFFICIAL = ("eur-lex.europa.eu", "data.europa.eu", "www.legislation.gov.uk", "ico.org.uk",
            "www.bj.admin.ch")  # fmt: skip


@pytest.mark.parametrize("instrument", load_instruments().values(), ids=load_instruments())
def test_what_is_called_official_names_an_official_page(instrument: Instrument) -> None:
    hosts = {urlsplit(source).hostname for source in instrument.sources}
    assert set(instrument.verified.values()) <= set(GRADES)
    if "official" in instrument.verified.values():
        assert hosts & set(OFFICIAL)


def test_what_is_not_confirmed_is_called_general_knowledge() -> None:
    for instrument in load_instruments().values():
        if any("first day of application is general" in text for text in instrument.remarks):
            assert instrument.verified["valid_from"] == "general"


def test_a_truth_value_of_an_earlier_version_is_read_as_a_grade() -> None:
    recorded = next_revision(DPF, None, {"verified": True}, AT, "cli_1")
    assert merged(load_instruments(), [recorded])[DPF].verified == {"valid_from": "copy"}


def test_a_revision_says_who_recorded_it_and_when() -> None:
    recorded = next_revision(DPF, None, {}, AT, "cli_1")
    assert (recorded.recorded_at, recorded.recorded_by) == (AT, "cli_1")


def test_an_instrument_may_have_effect_on_one_day_alone() -> None:
    shipped = load_instruments()[DPF]
    next_day = {"ended_on": str(shipped.valid_from + timedelta(days=1))}
    made = altered(shipped, next_revision(DPF, None, next_day, AT, "cli_1"))
    assert made.last_day == made.valid_from


def test_a_new_instrument_has_the_id_it_is_recorded_under() -> None:
    members = {**load_instruments()[DPF].to_mapping(), "name": "Own"}
    del members["id"]
    assert altered(None, next_revision("own", None, members, AT, "cli_1")).id == "own"


def test_the_scope_may_ask_for_all_that_is_required() -> None:
    members = {
        "scope": {"type": "x", "text": "x", "all": ["importer_certified"]},
        "requires": ["importer_certified"],
    }
    made = altered(load_instruments()[DPF], next_revision(DPF, None, members, AT, "cli_1"))
    assert tuple(made.scope.all) == ("importer_certified",)
