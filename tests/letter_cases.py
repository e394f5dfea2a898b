"""A body for every kind of letter, with the worst that may stand in it: long names, words read from
the right, emoji, members that are missing, texts in one language only."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.notices import events

Json = dict[str, Any]
ORIGIN = "https://art28.example"
ANSWER = f"{ORIGIN}/respond/token"
ADDRESS = "privacy@nordlys.example"
LONG = "Gesellschaft für besonders nachhaltige Datenverarbeitungsdienstleistungen " * 2
HEBREW, ARABIC, EMOJI = "בלו ווייל אנליטיקס בע״מ", "شركة النيل للبيانات", "🐋 Blue Whale 🐋"


@dataclass(frozen=True)
class Case:
    """``by_link``: whether its reader has a page to answer on."""

    name: str
    kind: str
    body: Json
    by_link: bool = True


def spoken(word: str, *languages: str) -> Json:
    """A text whose language can be told by looking at it."""
    return {each: f"{word} {each}text" for each in languages or ("en", "da", "sv")}


def verdict(status: str, **more: Any) -> Json:
    return {"status": status, "reason": "Why entext", "reason_by_language": spoken("Why"), **more}


def place(country: str, status: str = "valid", instrument: str = "eu-us-dpf", **more: Any) -> Json:
    mechanism = {"instrument_id": instrument, "role": "primary",
                 "evidence": {"checked_on": "2026-01-05"}}  # fmt: skip
    mechanisms = [] if status in ("no_transfer", "missing") else [mechanism]
    return {"country": country, "kind": "storage", "region": None, "mechanisms": mechanisms,
            "verdict": verdict(status), **more}  # fmt: skip


def entry(**more: Any) -> Json:
    return {
        "id": "sub_1", "legal_name": "Tallinn Translate OÜ", "country": "EE",
        "registration_number": "12345678", "website": "https://translate.example",
        "address": {"street": "Pikk 1", "postal_code": "10123", "city": "Tallinn", "country": "EE"},
        "purpose": spoken("Translation"), "data_categories": ["texts"], "data_subjects": ["users"],
        "special_categories": False, "products": ["Core"], "required": True, "affiliate": False,
        "ai_use": "none", "hr_data": "no", "data_combined": "no", "categories": ["hosting"],
        "relation": "processor_processor", "retention": spoken("Retention"),
        "contact": {"name": "Mari Tamm", "position": "DPO", "email": "dpo@translate.example"},
        "locations": [place("EE", "no_transfer")], **more,
    }  # fmt: skip


CHANGED = entry(
    country="US", ai_use="training", special_categories=True, data_categories=["texts", "voices"],
    address={"street": "1 Main St", "city": "Austin", "country": "US"}, required="not_stated",
    relation="controller_processor", hr_data="yes", categories=["hosting", "ai"],
    retention_periods=[{"what": spoken("Voices"), "length": {"value": 3, "unit": "months"},
                        "rule": None}],
    purpose=spoken("Speech", "en"),
    locations=[place("US"), place("EE", "no_transfer", region="Harju"),
               place("IN", "unproven", "scc-2021-914", kind="remote_access"),
               place("RU", "missing"), place("GB", "expiring", "adequacy-gb")],
)  # fmt: skip
WORST = entry(
    legal_name=LONG, country="IL", address=None, data_subjects=[], contact=None,
    purpose=spoken(HEBREW, "he"), products=[EMOJI, ARABIC], affiliate=True, ai_use="both",
    locations=[place("IL", "invalid", "privacy-shield"), {"country": "XX", "kind": "storage"},
               {**place("", organisation="European Patent Organisation"), "country": None}],
)  # fmt: skip
BARE = {"id": "sub_2", "legal_name": HEBREW}
EVERY_WORD = [
    "new_entity", "new_country", "new_place", "new_data_category", "new_data_subjects",
    "new_product", "purpose", "basis_downgraded", "ai_use", "affiliate", "roles", "data_combined",
    "public_authority", "engaged_by", "required", "retention", "rename",
]  # fmt: skip
PROCESSOR = {"id": "org_p", "slug": "nordlys", "legal_name": "Nordlys Cloud ApS"}
LINKS = {
    "page": f"{ORIGIN}/p/nordlys", "change": f"{ORIGIN}/portal/v1/changes/chg_1",
    "changes": f"{ORIGIN}/portal/v1/changes", "objection": f"{ORIGIN}/portal/v1/objections/obj_1",
    "agreement": f"{ORIGIN}/portal/v1/agreements/agr_1",
}  # fmt: skip


def change(kind: str, **more: Any) -> Json:
    return {
        "change_id": "chg_1", "kind": kind, "materiality": EVERY_WORD, "sub_processor": CHANGED,
        "previous": None if kind == "add" else entry(), "reason": "Own words.", **more,
    }  # fmt: skip


def about(**more: Any) -> Json:
    return {
        "id": "ntc_1", "change_ids": ["chg_1"], "given_on": "2026-12-01", "owes": "notice",
        "objection_deadline": "2026-12-17", "effective_on": "2027-01-15", "silence": "consent",
        "holidays": "DK", "time_zones": ["Europe/Copenhagen"], **more,
    }  # fmt: skip


def body(members: Json, **more: Any) -> Json:
    data = {"processor": PROCESSOR, "agreement_id": "agr_1", "links": LINKS, **members, **more}
    return {"data": data}


INFORMS = about(owes="information", objection_deadline=None, silence=None)


def notices() -> Iterator[Case]:
    told, urgent = events.CHANGE_ANNOUNCED, events.CHANGE_EMERGENCY
    emergency = {**change("replace"), "justification": "It stopped.", "effective_on": "2027-01-15"}
    renamed = entry(legal_name=f"{EMOJI} Ltd.")
    changes = {
        "added": change("add"),
        "added, worst": change("add", sub_processor=WORST, what_it_means=spoken("Do", "en")),
        "added, bare": change("add", sub_processor=BARE, materiality=[]),
        "replaced": change("replace", sub_processor=WORST),
        "modified": change("modify", materiality=["new_country", "ai_use", "new_data_category"]),
        "modified, every word": change("modify"),
        "modified, cut": change("modify", previous=None, truncated=True),
        "modified, bare": change("modify", sub_processor=BARE, previous=BARE, materiality=[]),
    }
    for name, it in changes.items():
        yield Case(name, told, body(it, notice=about()))
        yield Case(f"{name}, in a room", told, body(it, notice=about()), by_link=False)
    yield Case("removed", told, body(change("remove", sub_processor=entry()), notice=INFORMS))
    only_name = change("modify", sub_processor=renamed, materiality=["rename"])
    yield Case("renamed", told, body(only_name, notice=INFORMS))
    yield Case("to approve", told, body(change("add"), notice=about(silence="refusal")))
    late = about(provisional=True, modifications=True)
    yield Case("from receipt", told, body(change("add"), notice=late))
    unknown = about(objection_deadline=None, provisional=True)
    yield Case("last day unknown", told, body(change("add"), notice=unknown))
    yield Case("no last day", told, body(change("add"), notice=about(objection_deadline=None)))
    for agreed in (True, False):
        days = about(emergency_agreed=agreed)
        yield Case(f"emergency {agreed}", urgent, body(emergency, notice=days))
    several = [change("add"), change("remove", change_id="chg_2"), change("modify")]
    both = about(change_ids=["chg_1", "chg_2"])
    approved = [{"name": HEBREW, "title": "CEO"}]
    yield Case("several", told, body({"changes": several}, notice=both, approved_by=approved))
    yield Case("several told", told, body({"changes": several}, notice=INFORMS))
    for kind in events.FOLLOW_UPS:
        for what in ("add", "replace", "modify", "remove"):
            follows = change(what, effective_on="2027-01-15")
            yield Case(f"{what} {kind}", kind, body(follows))


def bases() -> Iterator[Case]:
    left = {"status": "missing", "instrument_id": None}
    laws = [{"regime": "EU", "status": "valid"}, {"regime": "UK", "status": "missing"}]
    kept = {"status": "valid", "instrument_id": "scc-2021-914", "by_regime": laws}
    transfers = [{"sub_processor": BARE, "location": place("US"), "remaining": left},
                 {"sub_processor": entry(), "location": place("IN"), "remaining": kept},
                 ]  # fmt: skip
    ends = {"id": "eu-us-dpf", "name": "EU-US Data Privacy Framework", "last_day": "2027-01-31",
            "ended_by": None}  # fmt: skip
    for kind, more in (
        (events.BASIS_ENDING, {"days_left": 30}),
        (events.BASIS_LOST, {}),
        (events.BASIS_LOST, {"found_on": "2026-12-01"}),
    ):
        yield Case(
            f"{kind} {sorted(more)}",
            kind,
            body({"instrument": ends, "without_basis": 1, "transfers": transfers}, **more),
        )


def agreements() -> Iterator[Case]:
    offered = {"controller": {"legal_name": LONG}, "products": ["Core", EMOJI], "version": 1,
               "effective_from": "2027-01-01", "ends_on": "2028-12-31",
               "authorisation": "general"}  # fmt: skip
    amended = {"version": 2, "authorisation": "specific"}
    for state, by_link in itertools.product(("accepted", "answered", "declined"), (True, False)):
        proposal = {"id": "prp_1", "state": state, "version": 1}
        told = {**offered, "proposal": proposal, "text": HEBREW}
        yield Case(f"proposal {state} {by_link}", events.PROPOSAL_ANSWERED, body(told), by_link)
    for kind in (events.PAPER_UPLOADED, events.PAPER_REFUSED):
        for party, by_link in itertools.product(("processor", "controller"), (True, False)):
            paper = {"party": party, "pdf_sha256": "0" * 64}
            yield Case(f"{kind} of {party} {by_link}", kind, body({**offered, "paper": paper}),
                       by_link)  # fmt: skip
    kinds = (events.AGREEMENT_OFFERED, events.AGREEMENT_REMINDED, events.AGREEMENT_AMENDED,
             events.AGREEMENT_TERMINATED, *events.INVITATIONS)  # fmt: skip
    for kind in kinds:
        for by_link in (True, False):
            yield Case(f"{kind} {by_link}", kind, body(offered), by_link)
    yield Case("amendment offered", events.AGREEMENT_OFFERED, body(amended))


# Each step of an objection, and each kind of letter.
STEPS = ("received", "acknowledged", "modification_requested", "mitigation_offered",
         "mitigation_accepted", "withdrawn", "excluded", "rejected", "terminated")  # fmt: skip
LETTERS = ("acknowledgement", "objection", "approval", "objection_withdrawn")


def dealings() -> Iterator[Case]:
    for status in STEPS:
        step = {"objection_id": "obj_1", "change_id": "chg_1", "status": status}
        yield Case(f"objection {status}", events.OBJECTION_UPDATED, body(step))
        by = {"name": HEBREW, "title": "CEO", "contact": "ida@nordbo.test", "mail_id": "mai_1"}
        told = body({**step, "by": by})
        yield Case(f"objection {status} by link", events.OBJECTION_UPDATED, told)
    for kind in LETTERS:
        letter = {"kind": kind, "received_on": "2026-12-02", "text": ARABIC, "objection_id": None,
                  "file": {"name": "Brief.pdf", "sha256": "0" * 64}}  # fmt: skip
        told = {"change_id": "chg_1", "letter": letter}
        yield Case(f"letter {kind}", events.LETTER_RECORDED, body(told))


def copies() -> Iterator[Case]:
    given = {
        "by": {"name": HEBREW, "title": "CEO"}, "at": "2026-12-24T10:15:00.000Z",
        "contact": "ida@nordbo.test", "processor": {"legal_name": LONG}, "agreement_id": "agr_1",
    }  # fmt: skip
    for said in (
        "acknowledged",
        "approved",
        "objected",
        "offer_accepted",
        "offer_refused",
        "withdrawn",
    ):
        told = {**given, "said": said, "change": change("modify"), "change_id": "chg_1"}
        yield Case(f"copy {said}", events.ANSWER_COPIED, told)
    for said in ("accepted", "refused", "confirmed", "declined"):
        about: dict[str, Any] = {"said": said, "change": {}, "change_id": None}
        yield Case(f"copy {said}", events.ANSWER_COPIED, {**given, **about})


def to_the_vendor() -> Iterator[Case]:
    item = {
        "objection_id": "obj_1", "agreement_id": "agr_1", "change_id": "chg_1",
        "customer": {"legal_name": HEBREW}, "sub_processor": {"legal_name": LONG},
        "change": change("modify"), "grounds": "ai_use", "text": "Own words.",
        "due_on": "2026-12-24", "ends_on": "2026-12-24", "days_left": 30,
        "location": {"country": "US"}, "instrument_id": "eu-us-dpf", "evidence": "tia_review_on",
        "by": {"name": HEBREW, "title": "CEO", "contact": "ida@nordbo.test", "mail_id": "mai_1"},
        "roll_out_id": "rol_1", "counts": {"accepted": 38, "refused": 2},
    }  # fmt: skip
    by_status = {events.OBJECTION_UPDATED: events.CUSTOMERS_STEPS,
                 events.ROLL_OUT_OVER: ("done", "stopped")}  # fmt: skip
    items = [
        {**item, "type": kind, "status": status}
        for kind in events.VENDOR_MESSAGES
        if kind not in events.NOT_IN_NEWS
        for status in by_status.get(kind, ("",))
    ]
    for each in items:
        one = {"count": 1, "items": [each]}
        yield Case(f"news {each['type']} {each['status']}", events.VENDOR_NEWS, one)
    yield Case("news of many", events.VENDOR_NEWS, {"count": 90, "items": items})
    bare = [{"type": each["type"], "status": each["status"]} for each in items]
    yield Case("news, bare", events.VENDOR_NEWS, {"count": len(bare), "items": bare})
    reasons = ("no_contact", "contacts_exhausted", "email_off", "chat_no_room")
    customers = [{"agreement_id": "agr_1", "name": name, "reason": reason, "deadline": day}
                 for reason, name, day in zip(reasons, (LONG, HEBREW, None, EMOJI),
                                              ("2026-12-17", None, None, None),
                                              strict=True)]  # fmt: skip
    for count in (1, 90):
        told = {**change("add"), "count": count, "customers": customers[:count],
                "first_deadline": "2026-12-17", "effective_on": "2027-01-15"}  # fmt: skip
        yield Case(f"unreached {count}", events.UNREACHED, told)
    for kind in (events.WEBHOOK_DISABLING_SOON, "webhook.disabled", "webhook.recovered"):
        for error in ("timeout", "blocked_address", "http_410"):
            data = {"endpoint_id": "whe_1", "path": "/portal/v1/webhook-endpoints/whe_1",
                    "url": "https://hooks.example/in", "description": EMOJI, "failures": 4,
                    "failing_since": "2026-11-22T10:00:00Z", "last_error": error,
                    "disables_at": "2026-11-27T10:00:00Z"}  # fmt: skip
            yield Case(f"{kind} {error}", kind, data)
        yield Case(f"{kind}, bare", kind, {"url": "https://hooks.example/in"})


def to_persons() -> Iterator[Case]:
    url, ends = f"{ORIGIN}/sign-in/token", "2026-12-24T10:00:00Z"
    yield Case("sign in", events.SIGN_IN, {"url": url, "expires_at": ends})
    roles = ["owner", "privacy_manager", "approver", "signatory", "engineer", "reader"]
    probe = {"url": url, "expires_at": ends, "organisation": HEBREW}
    yield Case("address probe", events.ADDRESS_PROBE, probe)
    asked = {"url": url, "expires_at": ends, "organisation": LONG, "roles": roles, "by": HEBREW}
    yield Case("invitation", events.INVITATION, asked)
    copied = {"url": f"{ORIGIN}/sign-in", "expires_at": ends, "passkey": HEBREW}
    yield Case("passkey copied", events.PASSKEY_COPIED, copied)
    moved = {"url": f"{ORIGIN}/sign-in", "expires_at": ends, "organisation": LONG, "by": HEBREW}
    given = {**moved, "roles": roles, "before": ["reader"]}
    yield Case("roles changed", events.ROLES_CHANGED, given)
    yield Case("membership ended", events.MEMBERSHIP_ENDED, moved)
    waits = {"url": f"{ORIGIN}/approve/org_p/nordlys/chg_1", "expires_at": ends, "by": HEBREW,
             "organisation": LONG, "effective_on": "2027-01-15"}  # fmt: skip
    for urgent in (False, True):
        told = {**change("replace", sub_processor=WORST), "change_id": "chg_1"}
        asked_for = {**waits, "change": told, "emergency": urgent}
        yield Case(f"approval asked, urgent: {urgent}", events.APPROVAL_ASKED, asked_for)
        several = {**waits, "changes": [told, change("add")], "emergency": urgent}
        yield Case(f"approvals asked, urgent: {urgent}", events.APPROVAL_ASKED, several)
    yield Case("invitation by nobody", events.INVITATION, {**asked, "by": None, "roles": []})


def to_subscribers() -> Iterator[Case]:
    """What anybody reads who follows a public register."""
    vendor = {"id": "org_1", "slug": "nordlys", "legal_name": HEBREW}
    asked = {"vendor": vendor, "url": f"{ORIGIN}/p/nordlys/subscriptions/confirm/x",
             "expires_at": "2026-12-03T10:00:00.000Z"}  # fmt: skip
    for topic, product in (("coming", None), ("all", EMOJI)):
        told = {**asked, "topic": topic, "product": product}
        yield Case(f"to confirm {topic}", events.SUBSCRIPTION_ASKED, told)
    for what in ("announced", "emergency", "withdrawn", "in_effect"):
        for changes in ([change("add")], [change("remove"), change("modify")]):
            said = {"what": what, "vendor": vendor, "changes": changes, "reason": LONG,
                    "effective_on": "2026-12-24", "page": f"{ORIGIN}/p/nordlys",
                    "url": f"{ORIGIN}/p/nordlys/subscriptions/x"}  # fmt: skip
            yield Case(f"{what} to subscribers {len(changes)}", events.SUBSCRIBER_NEWS, said)


def of_visitors() -> Iterator[Case]:
    """What a visitor of a public page asks its vendor, and the copy."""
    vendor = {"id": "org_1", "slug": "nordlys", "legal_name": HEBREW}
    for kind in (events.QUESTION, events.QUESTION_COPIED):
        for about in ("documents", "question", "objection"):
            told = {"vendor": vendor, "about": about, "name": ARABIC, "email": "ida@nordbo.test",
                    "text": f"{EMOJI}\n{LONG}"}  # fmt: skip
            yield Case(f"{kind} {about}", kind, told)


CASES = [
    *notices(),
    *bases(),
    *agreements(),
    *dealings(),
    *copies(),
    *to_the_vendor(),
    *to_persons(),
    *to_subscribers(),
    *of_visitors(),
]
