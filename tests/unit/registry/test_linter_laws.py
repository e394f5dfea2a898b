"""A finding cites the law that binds: UK GDPR for a British vendor, FADP for a Swiss one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.registry.linter import chain_findings, findings
from services.registry.linter.finding import Finding
from services.registry.linter.laws import under

ON = date(2026, 11, 23)


def place(regime: str) -> dict[str, Any]:
    verdict = {"status": "missing", "reason": "No basis.", "regime": regime}
    return {"country": "IN", "kind": "storage", "verdict": verdict}


def rules(exporter: str, *regimes: str) -> list[str]:
    """The rules of all that a bare notice lacks."""
    entry = {"legal_name": "", "locations": [place(regime) for regime in regimes]}
    change = {"kind": "add", "sub_processor": entry, "effective_on": ON}
    return [finding.rule for finding in findings(change, exporter=exporter)]


@pytest.mark.parametrize(
    ("exporter", "regime", "cited", "transfer"),
    [
        ("DK", "EU", "GDPR Art. 28(4)", "GDPR Art. 44 to 46"),
        ("GB", "UK", "UK GDPR Art. 28(4)", "UK GDPR Art. 44A to 46"),
        ("CH", "CH", "FADP Art. 9(1) and (3)", "FADP Art. 16, 17"),
    ],
)
def test_duties_and_transfers_are_cited_by_the_law_of_the_vendor(
    exporter: str, regime: str, cited: str, transfer: str
) -> None:
    found = rules(exporter, regime)
    assert cited in found
    assert any(rule.startswith(transfer) for rule in found)


@pytest.mark.parametrize(
    ("exporter", "regime", "own"), [("GB", "UK", "UK GDPR"), ("CH", "CH", "FADP")]
)
def test_no_article_of_the_gdpr_is_left_under_another_law(
    exporter: str, regime: str, own: str
) -> None:
    found = [rule.replace(own, "") for rule in (*rules(exporter, regime), *rules(exporter))]
    assert found
    assert not [rule for rule in found if "GDPR Art." in rule]


@pytest.mark.parametrize(
    ("exporter", "rule"),
    [("DK", "GDPR Art. 28(2)"), ("GB", "UK GDPR Art. 28(2)"), ("CH", "FADP Art. 9(3)")],
)
def test_the_notice_itself_is_owed_by_the_law_of_the_vendor(exporter: str, rule: str) -> None:
    found = findings({"kind": "add"}, exporter=exporter)
    assert [(each.code, each.rule) for each in found if each.severity == "must"] == [
        ("sub-processor-missing", rule),
        ("effective-on-missing", rule),
    ]


def test_a_transfer_is_cited_by_the_law_of_its_verdict() -> None:
    both = [rule for rule in rules("DK", "UK", "EU", "CH") if "30(2)(c)" in rule or "FADP" in rule]
    assert [rule.partition(" Art.")[0] for rule in both] == ["UK GDPR", "GDPR", "FADP"]
    british = [rule for rule in rules("GB", "EU") if "44 to 46" in rule]
    assert [rule.partition(" Art.")[0] for rule in british] == ["GDPR"]


def test_the_chain_is_cited_by_the_law_of_the_vendor() -> None:
    child = {"legal_name": "Child Ltd", "parent_id": "sub_9", "data_categories": ["names"]}
    on_list = {"sub_9": {"legal_name": "Parent Ltd", "data_categories": ["e-mail address"]}}
    for exporter, law in (("DK", "GDPR"), ("GB", "UK GDPR"), ("CH", "FADP")):
        change = {"kind": "add", "sub_processor": child}
        [found] = chain_findings(change, on_list, exporter=exporter)
        assert found.rule.startswith(f"{law} Art.")


def test_what_is_british_already_stays() -> None:
    finding = Finding("code", "UK GDPR Art. 28(2)", "Do it.", "/kind")
    assert under(finding, "UK") == finding
