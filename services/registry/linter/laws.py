"""The article a finding cites: that of the law which binds the vendor, or the transfer."""

from __future__ import annotations

import re
from dataclasses import replace

from services.registry.linter.finding import Finding

_GDPR = re.compile(r"(?<!UK )GDPR Art\. ")
# Duties of the GDPR by the articles of the FADP of 2020-09-25; the longest citation first.
_FADP = (
    ("GDPR Art. 28(3)(a) and 30(2)(c)", "FADP Art. 9(1) and 12(3)"),
    ("GDPR Art. 44 to 46 and 30(2)(c)", "FADP Art. 16, 17 and 12(3)"),
    ("GDPR Art. 28(1) and (5)", "FADP Art. 9(2)"),
    ("GDPR Art. 28(3)(a)", "FADP Art. 9(1)(a)"),
    ("GDPR Art. 28(3)(g)", "FADP Art. 9(1)"),
    ("GDPR Art. 28(1)", "FADP Art. 9(2)"),
    ("GDPR Art. 28(2)", "FADP Art. 9(3)"),
    ("GDPR Art. 28(3)", "FADP Art. 9(1)"),
    ("GDPR Art. 28(4)", "FADP Art. 9(1) and (3)"),
)


def under(finding: Finding, regime: str) -> Finding:
    """The finding with the rule of this regime (EU, UK, CH); guidance and clauses stay as cited."""
    return replace(finding, rule=_cited(finding.rule, regime))


def _cited(rule: str, regime: str) -> str:
    if regime == "UK":
        # What a transfer needs stands in Art. 44A since 2026-02-05 (DUAA 2025 Sch. 7).
        return _GDPR.sub("UK GDPR Art. ", rule).replace("Art. 44 to 46", "Art. 44A to 46")
    if regime == "CH":
        for gdpr, fadp in _FADP:
            rule = rule.replace(gdpr, fadp)
    return rule
