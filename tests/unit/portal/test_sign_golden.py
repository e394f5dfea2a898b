"""Every line of golden_sign.txt and golden_confirm.txt: what an agreement's page says is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.portal.model.sign import (
    ACTS,
    PROPOSE,
    UPLOAD,
    Offered,
    Recorded,
    acts_on_recorded,
    acts_open,
    is_vendors,
    state_of,
    state_of_recorded,
)
from services.portal.pages import words


def cases_of(name: str) -> list[list[str]]:
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    told = (line for line in lines if line and line[0] != "#")
    return [[cell.strip() for cell in line.split("|")] for line in told]


CASES, RECORDED = cases_of("golden_sign.txt"), cases_of("golden_confirm.txt")
PAPERS = cases_of("golden_paper.txt")


def offered(case: list[str]) -> Offered:
    latest, on_offer, accepted, refused, link, vendors = case[:6]
    return Offered(
        version=2,
        latest=int(latest),
        on_offer=None if on_offer == "-" else int(on_offer),
        accepted=frozenset(accepted.replace("-", "").split()),
        refused_by=None if refused == "-" else refused,
        link=link,
        vendors=vendors == "yes",
    )


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case[:6]) for case in CASES])
def test_the_table_holds(case: list[str]) -> None:
    it = offered(case)

    assert state_of(it) == case[6], case[7]
    assert acts_open(it) == ((*ACTS, PROPOSE, UPLOAD) if case[6] == "open" else ())


@pytest.mark.parametrize("case", PAPERS, ids=[" ".join(case[:3]) for case in PAPERS])
def test_the_table_of_what_was_signed_on_paper_holds(case: list[str]) -> None:
    accepted, paper, vendors, acts = case[:4]
    it = Offered(
        version=2, latest=2, on_offer=2, accepted=frozenset(accepted.replace("-", "").split()),
        vendors=vendors == "yes", paper=None if paper == "-" else paper,
    )  # fmt: skip
    assert list(acts_open(it)) == acts.replace("-", "").split(), case[4]


def test_every_state_but_an_open_one_has_its_words() -> None:
    for state in {case[6] for case in CASES} - {"open"}:
        assert f"sign.state.{state}" in words("en")


@pytest.mark.parametrize("case", RECORDED, ids=[" ".join(case[:6]) for case in RECORDED])
def test_the_table_of_what_was_signed_elsewhere_holds(case: list[str]) -> None:
    status, confirmed, refused, link, vendors, customers = case[:6]
    it = Recorded(
        status,
        confirmed=confirmed == "yes",
        refused_by=None if refused == "-" else refused,
        link=link,
        vendors=vendors == "yes",
        customers=customers == "yes",
    )

    assert state_of_recorded(it) == case[6], case[8]
    assert " ".join(acts_on_recorded(it)) == case[7].replace("-", ""), case[8]


def test_every_state_of_what_was_signed_elsewhere_has_its_words() -> None:
    for state in {case[6] for case in RECORDED} - {"open"}:
        assert f"confirm.state.{state}" in words("en")


@pytest.mark.parametrize(
    ("contact", "is_so"),
    [
        ("ida@nordbo.test", False),
        ("ADA@vendor.example", True),
        ("other@vendor.example", True),
        ("other@sub.vendor.example", False),
        ("ida@shared.example", False),
        ("privacy@shared.example", True),
    ],
)
def test_a_mailbox_of_the_vendor_does_not_sign_for_its_customer(contact: str, is_so: bool) -> None:
    vendor = ["ada@vendor.example", "privacy@shared.example"]
    assert is_vendors(contact, vendor, ["dpo@shared.example"]) is is_so
