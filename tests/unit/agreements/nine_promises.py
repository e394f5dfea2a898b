"""What the nine agreements promise beside their notices; sources in ``nine_agreements``.

Facts in the members of the texts, no sentences. What a text does not say is None. Whoever is called
``controller`` as the one who chooses at the end is written ``controllers_choice``.
"""

from __future__ import annotations

from typing import Any

BREACH = dict.fromkeys(("hours", "clock_start", "soft", "recipient"))
END = dict.fromkeys(("choice", "if_nobody_chooses", "delete_days", "return_request_days",
                     "certificate_days", "backups_days"))  # fmt: skip
AUDIT = dict.fromkeys(("times", "per", "notice_days", "on_site_days", "cost"))


def breach(**said: Any) -> dict[str, Any]:
    return {**BREACH, **said}


def end(**said: Any) -> dict[str, Any]:
    return {**END, **said}


def audit(**said: Any) -> dict[str, Any]:
    return {**AUDIT, **said}


PROMISES: dict[str, dict[str, Any]] = {
    "fortrabbit": {
        "breach": breach(
            hours=24, clock_start="knowledge", soft=False, recipient="address named by the customer"
        ),
        "end_of_processing": end(choice="delete"),
        "audit": audit(times=1, per="rolling_12_months"),
        "other": {
            "customer_may_refuse_a_sub_processor": True,
            "written_means": "handwritten form of section 126 of the German Civil Code",
            "breach_covers_suspicion": True,
            "audit_exception": "urgent reasons that the customer documents",
            "audit_hours": "business hours, after reasonable announcement",
            "copies_at_end": "destroyed when their retention period is over, no number",
            "ancillary_services_excluded": True,
            "sub_sub_processors": "allowed on the same terms",
            "sub_contracts_open_to_inspection": True,
            "transfer_agreed_at_signature": "one named cloud provider, partly in the US",
        },
    },
    "tailscale": {
        "breach": breach(hours=72, clock_start="knowledge", soft=False),
        "end_of_processing": end(choice="unclear", delete_days=30),
        "audit": audit(times=1, per="rolling_12_months", notice_days=30, cost="customer"),
        "other": {
            "affiliates_allowed": True,
            "ancillary_services_excluded": True,
            "remedy_is_exclusive": True,
            "end_choice_detail": "return or destruction on the customer's "
            "request, both within the same 30 days",
            "certificate": "on written request, no number of days",
            "audit_first_step": "reports and certificates, once per order term",
            "audit_cost_detail": "the vendor's time is paid at a rate agreed beforehand",
            "copies_of_sub_contracts": "on written request, redacted",
            "vendor_unable_or_instruction_unlawful": "vendor says so without "
            "delay; customer may "
            "terminate, pro rata refund",
            "transfer_clauses_in_text": [
                "(EU) 2021/914 modules 2 and 3",
                "UK Addendum",
                "Swiss adaptations",
            ],
            "clauses_law_and_courts": "IE",
        },
    },
    "adguard": {
        "breach": breach(recipient="e-mail address used for the service"),
        "end_of_processing": end(choice="delete"),
        "audit": audit(times=1, per="calendar_year", notice_days=60),
        "other": {
            "group_companies_approved_beforehand": True,
            "breach_words": "without delay",
            "copy_for_the_customer": "must be asked for before the account is "
            "deleted; later requests are not met",
            "audit_exceptions": ["after a breach", "order of an authority"],
            "audit_hours": "business hours; date, scope and length agreed beforehand",
            "notices": "in writing, by e-mail",
            "changes_of_the_agreement": "published on a page; material ones also by e-mail",
            "governing_law": "CY",
        },
    },
    "reviewable": {
        "breach": breach(),
        "end_of_processing": end(),
        "audit": audit(),
        "other": {
            "acceptance": "by using the service; a signed copy may be sent in",
            "transfer_basis": "standard contractual clauses, no edition or module named",
            "silent_on": ["objection", "breach", "audit", "end of processing"],
        },
    },
    "kemitchell": {
        "breach": breach(clock_start="awareness of the processor or any sub-processor"),
        "end_of_processing": end(
            choice="delete", delete_days=30, return_request_days=14, certificate_days=60
        ),
        "audit": audit(times=1, per="calendar_year"),
        "other": {
            "day_unit_at_end": "calendar_day, counted from the end of services",
            "return_within_days": 30,
            "return_replaces_deletion": "only if asked for within the 14 days",
            "breach_words": "without undue delay; details follow as they become known",
            "sub_processors_before_signature": "may go on; must meet the terms "
            "as soon as practical",
            "whole_chain_authorised": True,
            "audit_exceptions": [
                "concern about compliance",
                "required by law",
                "asked for by an authority",
            ],
            "audit_notice": "prior and in writing, no number",
            "transfer_clauses_in_text": ["2010/87/EU"],
            "order_of_precedence": ["transfer clauses", "addendum", "services agreement"],
        },
    },
    "sambruk": {
        "breach": breach(
            hours=24,
            clock_start="knowledge",
            soft=False,
            recipient="contact persons named in the agreement",
        ),
        "end_of_processing": end(
            choice="controllers_choice", certificate_days=30, if_nobody_chooses="delete"
        ),
        "audit": audit(notice_days=14),
        "other": {
            "model_notice_letter": "gives the customer 30 days from the message to "
            "object; the agreement itself gives no number",
            "deemed_receipt": {
                "email": "delivery receipt, else the next working day after sending",
                "registered_letter": {"period": 5, "unit": "business_day"},
            },
            "no_choice_at_end": "deletion; the choice is due by the end of the agreement",
            "deletion_and_certificate": "one period of 30 days from the end; the "
            "words allow either reading",
            "return_formats": ["JSON", "CSV", "SQL dump"],
            "audit_notice_not_needed": ["suspected breach", "other urgent reason"],
            "audit_may_be_met_by": [
                "certificate",
                "report of an independent auditor",
                "written answers",
            ],
            "ended_sub_processors_listed": "with period and confirmation of deletion",
            "third_countries": "only with prior written approval",
            "governing_law": "SE",
            "court": "Stockholms tingsrätt",
        },
    },
    "french-cloud": {
        "breach": breach(hours=48, clock_start="knowledge", soft=True),
        "end_of_processing": end(choice="controllers_choice"),
        "audit": audit(),
        "other": {
            "conflict_authorisation": "one article asks for specific written "
            "approval, another lets the vendor "
            "recruit and keeps a list",
            "conflict_breach": "one article: 48 hours if possible, suspicion "
            "included; another: no number, without undue "
            "delay",
            "backups_at_end": "included, no number of days",
            "audit": "allowed, inspections included; no limits named",
            "copy_of_processing_record": {
                "period": 15,
                "unit": "business_day",
                "starts": "receipt of a written request",
            },
            "changes_of_the_agreement": "only in writing, signed by both",
            "governing_law": "FR",
            "language_that_prevails": "fr",
        },
    },
    "opencage": {
        "breach": breach(
            clock_start="awareness",
            recipient="one or more of the customer's contacts, by any means the vendor selects",
        ),
        "end_of_processing": end(choice="delete"),
        "audit": audit(),
        "other": {
            "whole_chain_authorised": True,
            "breach_words": "promptly; unsuccessful attempts do not count",
            "certificate": "on request, no number of days",
            "deletion": "by the vendor's own procedures, no number of days",
            "duty_to_keep_contacts_current": "customer",
            "silent_on": ["notice of changes", "objection", "audit", "return of data"],
        },
    },
    "klerk": {
        "breach": breach(hours=48, clock_start="awareness", soft=False),
        "end_of_processing": end(choice="unclear"),
        "audit": audit(cost="customer, where costs are unreasonable or excessive"),
        "other": {
            "notice_duty": "every intended use is told; no number, no way named",
            "sub_processors_named_in_text": 1,
            "end_trigger": "end of the agreement, or earlier on the customer's written request",
            "audit_notice": "reasonable, no number",
            "governing_law": "DK",
            "disputes": "arbitration",
            "silent_on": ["authorisation", "objection"],
        },
    },
}
