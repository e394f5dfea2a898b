"""What a change must and should tell (GDPR Art. 28, EDPB Opinion 22/2024, (EU) 2021/915)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date
from typing import Any

from services.registry.linter.finding import Finding, Severity, is_filled, member
from services.registry.linter.languages import text_findings
from services.registry.linter.laws import under
from services.registry.linter.places import place_findings
from services.registry.transfers.circumstances import Circumstances
from services.registry.transfers.data_kinds import is_question
from services.registry.transfers.evidence import as_day
from services.registry.transfers.laws import seat_regime
from services.registry.transfers.statements import unstated

OPINION = "EDPB Opinion 22/2024, paras 31-32"
ANNEX_IV = "(EU) 2021/915 Annex IV"
# Notices are written in these; others are read in English.
LANGUAGES = ("en", "da", "sv")
KINDS = ("add", "replace", "modify", "remove")


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of the entry that has to say something."""

    name: str
    severity: Severity
    rule: str
    detail: str

    def finding(self, pointer: str) -> Finding:
        code = f"{self.name.replace('_', '-')}-missing"
        return Finding(code, self.rule, self.detail, f"{pointer}/{self.name}", self.severity)


_MEMBERS = (
    _Member("legal_name", "must", f"{OPINION}; {ANNEX_IV}", "Name the legal entity."),
    _Member(
        "registration_number",
        "should",
        f"{OPINION}; Danish standard contract, Bilag B",
        "Give the registration number (CVR, org.nr, LEI), which tells the entity from others.",
    ),
    _Member("country", "must", OPINION, "Name the country of the seat."),
    _Member(
        "purpose",
        "must",
        f"GDPR Art. 28(3); {ANNEX_IV}",
        "Describe the processing: what the sub-processor does with the data, and what for.",
    ),
    _Member(
        "responsibilities",
        "should",
        ANNEX_IV,
        "Say which part the sub-processor does, and how responsibilities are split.",
    ),
    _Member(
        "data_categories",
        "should",
        "GDPR Art. 28(3); (EU) 2021/915 Annex II",
        "List the categories of personal data.",
    ),
    _Member(
        "data_subjects",
        "should",
        "GDPR Art. 28(3); (EU) 2021/915 Annex II",
        "List the categories of data subjects.",
    ),
    _Member(
        "flow_down",
        "must",
        "GDPR Art. 28(4)",
        "Record the contract that binds the sub-processor to the same obligations.",
    ),
    _Member(
        "retention",
        "should",
        "GDPR Art. 28(3)(g)",
        "Say how long the data is kept and how it is erased at the end.",
    ),
    _Member(
        "certifications",
        "should",
        "GDPR Art. 28(1) and (5)",
        "List certifications or reviews that show sufficient guarantees.",
    ),
    _Member(
        "reviewed_on",
        "should",
        "GDPR Art. 28(1): a duty that lasts",
        "Record the day on which the guarantees were last reviewed.",
    ),
)


_FACTS = {
    rule.name: rule
    for rule in (
        _Member(
            "ai_use",
            "should",
            "GDPR Art. 28(3)(a); EDPB Opinion 28/2024",
            "Say whether it uses the data with AI: none, inference, training or both.",
        ),
        _Member(
            "special_categories",
            "should",
            "GDPR Art. 28(3)",
            "Say whether special categories of data (Art. 9) are processed.",
        ),
        _Member(
            "required",
            "should",
            "GDPR Art. 28(2): whoever objects has to know what can be left out",
            "Say whether a customer can use the service without it.",
        ),
        _Member(
            "affiliate",
            "should",
            "EDPB Guidelines 07/2020, para. 128",
            "Say whether it is a company of the vendor's own group.",
        ),
    )
}


def findings(change: object, *, exporter: str = "DK") -> tuple[Finding, ...]:
    """What the notice of this change lacks; empty if nothing.

    ``change`` is a mapping (or dataclass) ``{kind, sub_processor, sub_processor_id, previous,
    effective_on, reason}`` in the shape of the contract; only a ``modify`` is compared with its
    ``previous``. Places that carry a ``verdict`` keep it; the others are
    assessed on the effective day, for data leaving ``exporter``'s country.
    """
    record = _as_mapping(change)
    effective_on = as_day(record.get("effective_on"))
    found = list(_change_findings(record, effective_on))
    entry = record.get("sub_processor")
    if record.get("kind") == "modify":
        before, after = member(record, "previous"), member(record, "sub_processor")
        found += text_findings(before, after, "/sub_processor")
    regime = seat_regime(exporter)
    if isinstance(entry, Mapping) and record.get("kind") != "remove":
        of_entry = entry_findings(entry, effective_on, exporter=exporter, pointer="/sub_processor")
    else:
        of_entry = ()
    return (*(under(finding, regime) for finding in found), *of_entry)


def entry_findings(
    entry: Mapping[str, Any], on: date | None, *, exporter: str = "DK", pointer: str = ""
) -> tuple[Finding, ...]:
    """What one entry of a register lacks on the day ``on``; ``pointer`` leads to the entry."""
    silent = (rule for rule in _MEMBERS if not is_filled(entry.get(rule.name)))
    found = [rule.finding(pointer) for rule in silent]
    found += _identity_findings(entry, pointer)
    found += _flow_down_findings(member(entry, "flow_down"), on, f"{pointer}/flow_down")
    found += [_FACTS[fact].finding(pointer) for fact in unstated(entry)]
    found += _staff_findings(entry, pointer)
    regime = seat_regime(exporter)
    of_places = place_findings(entry, on, exporter, pointer)
    return (*(under(finding, regime) for finding in found), *of_places)


def _as_mapping(change: object) -> Mapping[str, Any]:
    if isinstance(change, Mapping):
        return change
    if is_dataclass(change) and not isinstance(change, type):
        return asdict(change)
    raise TypeError("A change is a mapping or a dataclass.")


def _change_findings(record: Mapping[str, Any], effective_on: date | None) -> Iterator[Finding]:
    kind = record.get("kind")
    if kind not in KINDS:
        detail = f"The kind of a change is one of {', '.join(KINDS)}."
        yield Finding("kind-unknown", "GDPR Art. 28(2)", detail, "/kind")
    if kind != "remove" and not isinstance(record.get("sub_processor"), Mapping):
        detail = "Describe the sub-processor as it will be."
        yield Finding("sub-processor-missing", "GDPR Art. 28(2)", detail, "/sub_processor")
    if kind != "add" and not is_filled(record.get("sub_processor_id")):
        detail = "Name the entry of the register that changes."
        yield Finding("sub-processor-id-missing", "GDPR Art. 28(2)", detail, "/sub_processor_id")
    if effective_on is None:
        detail = "Give the day from which the change applies."
        yield Finding("effective-on-missing", "GDPR Art. 28(2)", detail, "/effective_on")
    if not is_filled(record.get("reason")):
        rule = "(EU) 2021/915 Clause 7.7(a)"
        detail = "Give the reason: the customer needs it to decide whether to object."
        yield Finding("reason-missing", rule, detail, "/reason", "should")
    said = member(record, "what_it_means")
    missing = [language for language in LANGUAGES if not is_filled(said.get(language))]
    if missing:
        rule = "(EU) 2021/915 Clause 7.7(a)"
        detail = (
            "Say what it means for the customer and what it must do, even if that is nothing, in "
            f"{', '.join(missing)}."
        )
        yield Finding("what-it-means-missing", rule, detail, "/what_it_means", "should")


def _identity_findings(entry: Mapping[str, Any], pointer: str) -> Iterator[Finding]:
    rule = f"{OPINION}; {ANNEX_IV}"
    if not any(is_filled(entry.get(name)) for name in _IDENTITY):
        detail = "The entry only describes a provider; name the legal entity behind it."
        yield Finding("identity-missing", rule, detail, f"{pointer}/legal_name")
    yield from _parts(entry, "address", rule, pointer)
    yield from _parts(entry, "contact", rule, pointer)
    contact = member(entry, "contact")
    if contact and not is_filled(contact.get("position")):
        detail = "Give the contact person's position."
        yield Finding(
            "contact-position-missing", ANNEX_IV, detail, f"{pointer}/contact/position", "should"
        )


def _staff_findings(entry: Mapping[str, Any], pointer: str) -> Iterator[Finding]:
    if is_question(Circumstances.of(entry)):
        rule = "(EU) 2023/1795 Annex I, Supplemental Principles 6 and 9"
        detail = "Staff are among the data subjects; say whether employment data is included."
        yield Finding("hr-data-unstated", rule, detail, f"{pointer}/hr_data", "should")


_IDENTITY = ("registration_number", "address", "country", "website")
# What an address and a contact have to hold.
PARTS: Mapping[str, tuple[str, ...]] = {
    "address": ("street", "city", "country"),
    "contact": ("name", "email"),
}


def _parts(entry: Mapping[str, Any], name: str, rule: str, pointer: str) -> Iterator[Finding]:
    record, parts = member(entry, name), PARTS[name]
    lacking = [part for part in parts if not is_filled(record.get(part))]
    if not lacking:
        return
    what = "postal address" if name == "address" else "contact person"
    state = "incomplete" if len(lacking) < len(parts) else "missing"
    detail = f"Give the {what}: {', '.join(lacking)}."
    yield Finding(f"{name}-{state}", rule, detail, f"{pointer}/{name}")


def _flow_down_findings(
    flow_down: Mapping[str, Any], on: date | None, pointer: str
) -> Iterator[Finding]:
    if not is_filled(flow_down):
        return
    rule, signed = "GDPR Art. 28(4)", as_day(flow_down.get("signed_on"))
    if not is_filled(flow_down.get("reference")):
        detail = "Give the reference of the contract with the sub-processor."
        yield Finding("flow-down-reference-missing", rule, detail, f"{pointer}/reference")
    if signed is None:
        detail = "Record the day the contract with the sub-processor was signed."
        where = f"{pointer}/signed_on"
        yield Finding("flow-down-signed-on-missing", rule, detail, where, "should")
    elif on is not None and signed > on:
        detail = f"The contract is signed on {signed}, after the sub-processor starts on {on}."
        yield Finding("flow-down-too-late", rule, detail, f"{pointer}/signed_on")
