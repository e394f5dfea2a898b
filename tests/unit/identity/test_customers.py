"""A processor's entries of its customers: who is known again, what is new, and what differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.identity.model.customer_imports import CustomerImport
from services.identity.model.customers import (
    SAME_PARTY,
    Entry,
    Known,
    differences,
    entry_of,
    slug_of,
)
from services.identity.model.matching import Keys, keys_of
from services.identity.model.organisations import Address, Contact, Organisation
from shared.ids import derived_id
from shared.importing.jobs import Column

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
JOB = CustomerImport("imp_1", "org_v", NOON, "cli_1", "csv", "en")
IDA = {"name": "Ida Holm", "position": "DPO", "email": "ida@nordbo.example"}
HAVNEGADE = {"street": "Havnegade 7", "postal_code": "2100", "city": "Kbh", "country": "DK"}
ROW: dict[str, Any] = {
    "legal_name": "Nordbo ApS", "country": "DK", "registration_number": "12345678",
    "address": HAVNEGADE, "website": "https://nordbo.example", "locale": "da",
    "time_zone": "Europe/Copenhagen", "contacts": [IDA],
}  # fmt: skip
STATED = frozenset({"legal_name", "registration_number", "country", "street", "contact_email"})


def organisation(org_id: str = "org_1", **more: Any) -> Organisation:
    own: dict[str, Any] = {
        "kind": ("controller",), "legal_name": "Nordbo ApS", "country": "DK", "locale": "da",
        "created_at": NOON, "created_by": "org_v", "namespace": "org_v",
        "registration_number": "12345678", "website": "https://nordbo.example",
        "address": Address(**HAVNEGADE), "contacts": (Contact(**IDA),),
    }  # fmt: skip
    return Organisation(id=org_id, slug=org_id, **{**own, **more})


def by_platform(org_id: str = "org_p", **more: Any) -> Organisation:
    return organisation(org_id, **{"created_by": "org_platform", "namespace": None, **more})


@pytest.mark.parametrize(
    ("members", "keys"),
    [
        ({"country": "DK", "registration_number": "DK-12 34", "legal_name": "Nordbo  ApS."},
         Keys("DK#1234", "DK=nordbo aps")),
        ({"country": "DK", "legal_name": "Nordbo"}, Keys(None, "DK=nordbo")),
        ({"country": "DK", "registration_number": "12"}, Keys("DK#12", None)),
        ({"registration_number": "12", "legal_name": "Nordbo"}, Keys(None, None)),
        ({"country": "DK", "registration_number": "DK"}, Keys(None, None)),
    ],
)  # fmt: skip
def test_an_organisation_has_a_key_for_its_number_and_one_for_its_name(
    members: dict[str, Any], keys: Keys
) -> None:
    assert keys_of(members) == keys
    assert keys.all() == [key for key in (keys.number, keys.name) if key is not None]


@pytest.mark.parametrize(
    ("known", "row", "is_known"),
    [
        ({}, {}, True),
        ({}, {"legal_name": "Another"}, True),
        ({}, {"registration_number": None}, True),
        ({}, {"registration_number": "99"}, False),
        ({}, {"country": "SE"}, False),
        ({"registration_number": None}, {}, True),
        ({"registration_number": None}, {"legal_name": "Another"}, False),
        ({"legal_name": ""}, {"registration_number": None, "legal_name": ""}, False),
        ({"created_by": "org_w"}, {}, False),
        ({"id": "org_v", "created_by": "org_platform"}, {}, True),
    ],
)
def test_a_customer_is_known_by_its_number_else_by_its_name(
    known: dict[str, Any], row: dict[str, Any], is_known: bool
) -> None:
    there = replace(organisation(), **known)
    assert Known([there], "org_v").own({**ROW, **row}) == (there if is_known else None)


@pytest.mark.parametrize(
    ("known", "row", "is_public"),
    [
        ({}, {}, True),
        ({}, {"legal_name": "Another"}, True),
        ({}, {"registration_number": None}, False),
        ({"registration_number": None}, {}, False),
        ({"kind": ("processor",)}, {}, False),
        ({"namespace": "org_w"}, {}, False),
        ({"created_by": "org_v"}, {}, False),
    ],
)
def test_what_the_platform_entered_is_known_by_its_number_alone(
    known: dict[str, Any], row: dict[str, Any], is_public: bool
) -> None:
    there = replace(by_platform(), **known)
    assert Known([there], "org_v").public({**ROW, **row}) == (there if is_public else None)


def test_of_several_the_one_that_was_made_first_is_meant() -> None:
    known = Known(
        [organisation("org_1"), organisation("org_2"), by_platform("org_3"), by_platform("org_4")],
        "org_v",
    )
    own, public = known.own(ROW), known.public(ROW)
    assert (own and own.id, public and public.id) == ("org_1", "org_3")


def test_a_row_about_nobody_that_is_known_makes_an_entry_of_its_own() -> None:
    org_id = derived_id("org", "org_v", "DK#12345678")
    new = organisation(org_id, time_zone="Europe/Copenhagen")
    new = replace(new, slug=f"nordbo-aps-{org_id[-6:]}")
    assert entry_of(ROW, STATED, Known([], "org_v"), JOB, NOON) == Entry(new, is_new=True)
    hidden = entry_of(ROW, STATED, Known([by_platform()], "org_v"), JOB, NOON)
    assert hidden == Entry(new, is_new=True, hidden_id="org_p")


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({}, "DK#12345678"),
        ({"registration_number": None}, "DK=nordbo aps"),
        ({"registration_number": None, "country": ""}, "Nordbo ApS"),
    ],
)
def test_the_same_customer_has_the_same_id_in_each_import(row: dict[str, Any], key: str) -> None:
    entry = entry_of({**ROW, **row}, STATED, Known([], "org_v"), JOB, NOON)
    assert entry.organisation.id == derived_id("org", "org_v", key)


def test_a_row_that_names_no_time_zone_has_that_of_every_organisation() -> None:
    tokyo = entry_of({**ROW, "time_zone": "Asia/Tokyo"}, STATED, Known([], "org_v"), JOB, NOON)
    none = entry_of({**ROW, "time_zone": None}, STATED, Known([], "org_v"), JOB, NOON)
    assert (tokyo.organisation.time_zone, none.organisation.time_zone) == (
        "Asia/Tokyo",
        "Europe/Copenhagen",
    )


def test_a_row_about_an_entry_that_is_there_says_what_differs() -> None:
    there = organisation(legal_name="Nordbo A/S")
    found = entry_of(ROW, STATED, Known([there, by_platform()], "org_v"), JOB, NOON)
    name = {"member": "organisation.legal_name", "here": "Nordbo A/S", "file": "Nordbo ApS"}
    assert found == Entry(there, is_new=False, hidden_id="org_p", differences=[name])


def test_nobody_is_its_own_customer() -> None:
    there = organisation("org_v")
    found = entry_of(ROW, STATED, Known([there], "org_v"), JOB, NOON)
    assert found == Entry(there, is_new=False, refusals=[SAME_PARTY])


def test_later_rows_are_about_the_customer_that_an_earlier_one_brings() -> None:
    known = Known([], "org_v")
    first = entry_of(ROW, STATED, known, JOB, NOON)
    known.expect(first)
    second = entry_of({**ROW, "registration_number": None}, frozenset(), known, JOB, NOON)
    assert second == Entry(first.organisation, is_new=True)


def test_what_is_there_already_is_expected_of_no_row() -> None:
    known = Known([], "org_v")
    known.expect(Entry(organisation(), is_new=False))
    assert known.own(ROW) is None
    assert not known.is_pending(organisation())


def test_only_what_a_row_states_can_differ() -> None:
    there = organisation(address=None, contacts=(), website="https://other.example", locale="sv")
    assert differences(there, ROW, STATED) == [
        {"member": "organisation.address", "here": None, "file": HAVNEGADE},
        {"member": "organisation.contacts", "here": [], "file": [IDA]},
    ]
    assert differences(organisation(), ROW, (*STATED, "website", "locale", "time_zone")) == []
    other = {**ROW, "address": {**HAVNEGADE, "city": "Aarhus"}, "contacts": []}
    assert [each["here"] for each in differences(organisation(), other, STATED)] == [
        HAVNEGADE,
        [IDA],
    ]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("(Ærø) Færge", "aeroe-faerge-abcdef"),
        ("a" * 49 + " b", "a" * 49 + "-abcdef"),
        ("Wash & Go!", "wash-go-abcdef"),
        ("x" * 60, "x" * 50 + "-abcdef"),
    ],
)
def test_a_slug_has_no_stroke_too_many(name: str, slug: str) -> None:
    assert slug_of(name, "org_xyzabcdef") == slug


COMPANY, WHO = Column("Company", "legal_name"), Column("Who", None, asked=True, samples=("Ida",))
RECEIVED = replace(JOB, status="queued", rows_total=7, columns=(COMPANY, WHO))


@pytest.mark.parametrize(
    ("step", "left"),
    [
        (lambda: JOB.received(7, (COMPANY, WHO)), RECEIVED),
        (lambda: JOB.read_as((COMPANY, WHO), ("template",)),
         replace(JOB, status="waiting", columns=(COMPANY, WHO), others=("template",))),
        (lambda: JOB.read_as((COMPANY,), ()), replace(JOB, status="queued", columns=(COMPANY,))),
        (lambda: RECEIVED.with_answer("Who", "contact_name"),
         replace(RECEIVED, columns=(COMPANY, Column("Who", "contact_name")))),
        (lambda: RECEIVED.with_answer("Who", None),
         replace(RECEIVED, columns=(COMPANY, Column("Who", None)))),
        (lambda: RECEIVED.settled(waiting=True), replace(RECEIVED, status="waiting")),
        (lambda: RECEIVED.settled(waiting=False), replace(RECEIVED, status="done")),
        (RECEIVED.cancelled, replace(RECEIVED, status="cancelled")),
        (lambda: RECEIVED.failed("no-customers", "None."),
         replace(RECEIVED, status="done", failure={"code": "no-customers", "detail": "None."})),
    ],
)  # fmt: skip
def test_each_step_of_an_import_leaves_the_rest_as_it_was(
    step: Callable[[], CustomerImport], left: CustomerImport
) -> None:
    assert step() == left


def test_an_import_ends_when_it_is_done_or_cancelled() -> None:
    states = ("receiving", "queued", "waiting", "done", "cancelled")
    ended = [state for state in states if replace(JOB, status=state).has_ended]  # type: ignore[arg-type]
    assert ended == ["done", "cancelled"]
    assert RECEIVED.members == {"Company": "legal_name", "Who": None}
