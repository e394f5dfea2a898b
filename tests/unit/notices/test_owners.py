"""Two roles of one organisation: what it gets as a vendor is not what it gets as a customer."""

from __future__ import annotations

from services.notices.model.owners import is_vendor, organisation_of, vendor


def test_an_organisation_owns_what_it_gets_as_a_vendor_apart() -> None:
    owner = vendor("org_1")
    assert owner == "vendor:org_1"
    assert (is_vendor(owner), is_vendor("org_1")) == (True, False)


def test_both_owners_of_an_organisation_lead_back_to_it() -> None:
    assert (organisation_of(vendor("org_1")), organisation_of("org_1")) == ("org_1", "org_1")
