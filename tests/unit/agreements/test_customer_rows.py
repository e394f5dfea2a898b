"""Rows of a list of customers: the id that each agreement gets, and how it differs from a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.agreements.contract.contents import Party
from services.agreements.model.customers import CustomerRow, agreement_id_of, differences
from shared.ids import derived_id
from tests.unit.agreements.things import CUSTOMER, content


def row(members: dict[str, Any] | None, customer: Party = CUSTOMER) -> CustomerRow:
    return CustomerRow(1, customer, None, members)


@pytest.mark.parametrize(
    ("members", "id_"),
    [
        ({"reference": "C-17"}, derived_id("agr", "org_v", "C-17")),
        ({"reference": 17, "template": "tpl_1"}, derived_id("agr", "org_v", "17")),
        ({"template": "tpl_1"}, derived_id("agr", "org_v", "org_c", "tpl_1")),
        (
            {"template": "tpl_1", "signed_on": "2026-01-02"},
            derived_id("agr", "org_v", "org_c", "tpl_1"),
        ),
        ({"signed_on": "2026-01-02"}, derived_id("agr", "org_v", "org_c", "2026-01-02")),
        ({"reference": "", "template": "tpl_1"}, derived_id("agr", "org_v", "org_c", "tpl_1")),
        (None, derived_id("agr", "org_v", "org_c", "None")),
    ],
)
def test_an_agreement_is_known_by_its_reference_or_by_customer_and_kind(
    members: dict[str, Any] | None, id_: str
) -> None:
    assert agreement_id_of("org_v", row(members)) == id_


def test_the_same_contents_do_not_differ() -> None:
    assert differences(content(), content()) == []


def test_each_member_that_differs_is_named_with_both_values_in_order() -> None:
    here = content(deletion_days=30, products=["mail"])
    there = content(deletion_days=60, products=["mail", "files"])
    assert differences(here, there) == [
        {"member": "deletion_days", "here": 30, "file": 60},
        {"member": "products", "here": ["mail"], "file": ["mail", "files"]},
    ]


def test_notice_terms_differ_member_by_member() -> None:
    here = content()
    there = replace(here, notice_terms=replace(here.notice_terms, notice_days=45))
    days = here.notice_terms.notice_days
    assert differences(here, there) == [
        {"member": "notice_terms.notice_days", "here": days, "file": 45}
    ]
