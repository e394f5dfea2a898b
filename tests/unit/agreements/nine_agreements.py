"""What nine public agreements promise about notice and objection, in the form of the contract.

Read from the public texts in November 2026; dated copies, not today's offers. Facts, no sentences.
What a text does not say is None. Its calendar is that of the law it names, else none.
What they promise besides stands in ``nine_promises``.
"""

from __future__ import annotations

from typing import Any

from tests.unit.agreements.nine_promises import PROMISES

DAYS_30, DAYS_14, DAYS_10 = ({"value": value, "unit": "days"} for value in (30, 14, 10))
AT_ONCE = {"value": 0, "unit": "days"}
NEXT_WORKING_DAY = {"value": 1, "unit": "business_days"}
FIVE_WORKING_DAYS = {"value": 5, "unit": "business_days"}
BY_LETTER = {"deemed_after": NEXT_WORKING_DAY, "deemed_by_letter": FIVE_WORKING_DAYS}

# By name: authorisation and notice terms. Sources: repository, file and commit of each text.
NOTICES: dict[str, tuple[str | None, dict[str, Any]]] = {
    # github.com/fortrabbit/legal, data-protection/data-processing.md, f861719
    "fortrabbit": ("general", {
        "notice": {"counted_to": "start of the processing"}, "objection": {}, "holidays": "DE",
        "channels": ["written", "page", "public_repository"],
        "condition": "follows the page or a public repository",
        "remedy": {"then": ["terminate"], "end_notice": AT_ONCE},
    }),
    # github.com/tailscale/terms-and-conditions, dpa/index.md, e31890a
    "tailscale": ("general", {
        "notice": {"length": DAYS_10, "starts": "published",
                   "counted_to": "enabling of the sub-processor"},
        "objection": {"length": DAYS_10, "starts": "sent", "silence": "consent",
                      "grounds": "reasonable",
                      "grounds_text": "reasonable, about data protection, in writing"},
        "holidays": "IE", "channels": ["page", "subscription", "other_electronic"],
        "only_if_subscribed": True, "condition": "subscribes on the page",
        "remedy": {"then": ["resolve", "terminate"], "cure_text": "commercially reasonable",
                   "refund": "pro_rata", "end_notice": AT_ONCE},
    }),
    # github.com/AdguardTeam/LegalDocs, adguard.com/data-processing-agreement.html.md, fa217c7
    "adguard": ("general", {
        "notice": {}, "objection": {}, "holidays": "CY", "channels": ["privacy_policy"],
        "condition": "reads the privacy policy, which may change regularly",
    }),
    # github.com/Reviewable/Reviewable, legal/dpa.md, 05239c2
    "reviewable": (None, {
        "notice": {}, "objection": {}, "channels": ["list_on_request"],
        "condition": "asks by e-mail",
    }),
    # github.com/kemitchell/processor-addendum, addendum.md, 7ea46ea
    "kemitchell": ("general", {
        "notice": {"counted_to": "appointment"},
        "objection": {"length": DAYS_14, "grounds": "reasonable"}, "channels": ["written"],
        "remedy": {"then": ["exclude", "terminate_part"], "cure": DAYS_30},
    }),
    # github.com/Sambruk/stimma, public/docs/PUB_AVTAL.md and docs/PUB_BILAGA_2_UNDERBITRADEN.md,
    # de822da
    "sambruk": ("specific", {
        "notice": {"length": DAYS_30, "starts": "delivered", "counted_to": "engagement",
                   **BY_LETTER},
        "objection": {"starts": "delivered", "silence": "refusal",
                      "grounds_text": "in writing, with reasons", **BY_LETTER},
        "also": [{"objection": {"length": DAYS_30}, "said_where": "model notice letter"}],
        "holidays": "SE", "channels": ["email", "registered_letter"],
        "remedy": {"then": ["agree", "terminate"], "end_notice": AT_ONCE},
    }),
    # github.com/aelttil/docs-content, backups/contract/dpa.md, 8973630
    "french-cloud": ("specific", {
        "notice": {}, "objection": {}, "holidays": "FR", "channels": ["list_on_request"],
        "condition": "asks for the current list at any time",
        "also": [{"breach": {"hours": None}, "said_where": "another article: without undue delay"}],
    }),
    # github.com/OpenCageData/opencagedata-misc-docs, OpenCage-data-processing-agreement.md, 14275ba
    "opencage": ("general", {"notice": {}, "objection": {}, "channels": None}),
    # github.com/danielfriis/klerk-landing, _legal/dpa.md, 2944f2b
    "klerk": (None, {"notice": {}, "objection": {}, "holidays": "DK", "channels": None}),
}  # fmt: skip
NINE = {
    name: (authorisation, {**terms, **PROMISES[name]})
    for name, (authorisation, terms) in NOTICES.items()
}


def said(members: Any, shown: Any) -> bool:
    """Whether ``shown`` says all that ``members`` do."""
    if isinstance(members, dict):
        return all(said(value, shown[name]) for name, value in members.items())
    if isinstance(members, list):
        return len(members) == len(shown) and all(map(said, members, shown))
    return bool(members == shown)
