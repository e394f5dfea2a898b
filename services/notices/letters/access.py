"""Letters to persons about getting in: a link to sign in, an invitation, a passkey that was copied,
a change that waits for a second person, other roles, the end of a membership.

``data``: what identity says, with the link as ``url``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.notices.letters.headlines import headline_of
from services.notices.letters.shape import Action, Fact, Letter, filled
from services.notices.letters.words import Words
from services.notices.model.answering import Answering


def sign_in(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    return _letter(t, "sign_in", data)


def invitation(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    organisation = data["organisation"]
    facts = filled(
        Fact(t("fact.organisation"), organisation),
        Fact(t("fact.roles"), _roles(t, data["roles"])),
        Fact(t("fact.open_until"), t.day(data.get("expires_at")), strong=True),
    )
    by = data.get("by") or organisation
    return _letter(t, "invitation", data, facts, organisation=organisation, by=by)


def roles_changed(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    organisation = data["organisation"]
    facts = filled(
        Fact(t("fact.organisation"), organisation),
        Fact(t("fact.roles"), _roles(t, data["roles"]), strong=True),
        Fact(t("fact.roles_before"), _roles(t, data["before"])),
    )
    return _letter(t, "roles_changed", data, facts, organisation=organisation, by=data["by"])


def membership_ended(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    organisation = data["organisation"]
    facts = filled(Fact(t("fact.organisation"), organisation))
    return _letter(t, "membership_ended", data, facts, organisation=organisation, by=data["by"])


def passkey_copied(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    return _letter(t, "passkey_copied", data, filled(Fact(t("fact.passkey"), data["passkey"])))


def address_probe(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    """Whether the mailbox receives where an organisation says that it reads answers."""
    organisation = data["organisation"]
    facts = filled(
        Fact(t("fact.organisation"), organisation),
        Fact(t("fact.open_until"), t.day(data.get("expires_at")), strong=True),
    )
    return _letter(t, "address_probe", data, facts, organisation=organisation)


def approval_asked(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    """To whoever may approve what another has prepared."""
    # A mail that was queued before several could be asked for together names its only change.
    changes = data.get("changes") or [data["change"]]
    headline, organisation = headline_of(t, {"changes": changes}), data["organisation"]
    facts = filled(
        *(Fact(t("fact.change"), headline_of(t, each), strong=True) for each in changes),
        Fact(t("fact.effective_on"), t.day(data["effective_on"]), strong=True),
        Fact(t("fact.prepared_by"), data.get("by") or ""),
        Fact(t("fact.organisation"), organisation),
    )
    letter = _letter(t, "approval_asked", data, facts, organisation=organisation, headline=headline)
    if len(changes) > 1:
        letter = _several(t, letter, organisation, len(changes))
    return _urgent(t, letter, organisation, headline, len(changes)) if data["emergency"] else letter


def _several(t: Words, letter: Letter, organisation: str, count: int) -> Letter:
    return replace(
        letter,
        heading=t("mail.approval_asked.heading_several", count=count),
        lead=t("mail.approval_asked.lead_several", organisation=organisation),
    )


def _urgent(t: Words, letter: Letter, organisation: str, headline: str, count: int) -> Letter:
    lead = "lead_emergency" if count == 1 else "lead_emergencies"
    return replace(
        letter,
        subject=t("mail.approval_asked.subject_emergency", headline=headline),
        lead=t(f"mail.approval_asked.{lead}", organisation=organisation),
    )


def _letter(
    t: Words, name: str, data: Mapping[str, Any], facts: tuple[Fact, ...] = (), **named: str
) -> Letter:
    """The letter whose words stand under ``mail.<name>``; ``named``: what they speak of. A letter
    about what has ended has no link, so no button."""
    button = t.listed(f"mail.{name}", "button")
    return Letter(
        language=t.language,
        subject=t(f"mail.{name}.subject", **named),
        heading=t(f"mail.{name}.heading", **named),
        lead=t(f"mail.{name}.lead", **named),
        facts=facts,
        actions=(Action(button, data["url"], primary=True),) if button else (),
        paragraphs=(t(f"mail.{name}.how"), t(f"mail.{name}.not_you")),
        footer=(t(f"mail.{name}.why", **named),),
    )


def _roles(t: Words, roles: Sequence[str]) -> str:
    return ", ".join(t.named("person_role", each) for each in roles)
