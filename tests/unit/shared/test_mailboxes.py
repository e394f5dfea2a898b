"""Two spellings of one mailbox are one, and two mailboxes are never one."""

from __future__ import annotations

import pytest

from services.notices.channels.email import address_key
from services.portal.model.sign import is_vendors
from shared.mailboxes import address_of, domain_of

SAME = ["IDA@Nordbo.example", " ida@nordbo.example ", "ida@NORDBO.example"]


@pytest.mark.parametrize(
    "same", ["IDA@Nordbo.example", " ida@nordbo.example ", "Ida@nordbo.EXAMPLE"]
)
def test_case_and_blanks_make_no_other_mailbox(same: str) -> None:
    assert address_of(same) == address_key(same) == "ida@nordbo.example"
    assert domain_of(same) == "nordbo.example"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("strauß@a.example", "strauss@a.example"),
        ("ida@straße.example", "ida@strasse.example"),
        ("\u212aim@a.example", "kim@a.example"),
        ("ﬁn@a.example", "fin@a.example"),
    ],
)
def test_no_letter_becomes_another_one(one: str, other: str) -> None:
    assert address_of(one) != address_of(other)
    assert address_key(one) != address_key(other)


def test_a_domain_that_only_folds_to_that_of_the_vendor_is_another() -> None:
    assert is_vendors("x@STRASSE.example", ["a@strasse.example"], [])
    assert not is_vendors("x@straße.example", ["a@strasse.example"], [])
    assert not is_vendors("strauß@k.example", ["strauss@k.example"], ["ida@k.example"])


def test_what_has_no_domain_has_none() -> None:
    assert domain_of("nobody") == ""
