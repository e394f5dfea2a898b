"""Letters to persons about getting in: a link to sign in, an invitation, a passkey that was copied,
a change that waits for a second person, other roles, the end of a membership.

``data``: what identity says, with the link as ``url``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.notices.letters.headlines import headline_of
from services.notices.letters.shape import Action, Fact, Letter, filled
from services.notices.letters.words import Words
from services.notices.model.answering import Answering


def sign_in(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    return Letter(
        language=t.language,
        subject=t("mail.sign_in.subject"),
        heading=t("mail.sign_in.heading"),
        lead=t("mail.sign_in.lead"),
        facts=(),
        actions=(Action(t("mail.sign_in.button"), data["url"], primary=True),),
        paragraphs=(t("mail.sign_in.how"), t("mail.sign_in.not_you")),
        footer=(t("mail.sign_in.why"),),
    )


def invitation(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    organisation = data["organisation"]
    by = data.get("by") or organisation
    return Letter(
        language=t.language,
        subject=t("mail.invitation.subject", organisation=organisation),
        heading=t("mail.invitation.heading", organisation=organisation),
        lead=t("mail.invitation.lead", by=by),
        facts=filled(
            Fact(t("fact.organisation"), organisation),
            Fact(t("fact.roles"), _roles(t, data["roles"])),
            Fact(t("fact.open_until"), t.day(data.get("expires_at")), strong=True),
        ),
        actions=(Action(t("mail.invitation.button"), data["url"], primary=True),),
        paragraphs=(t("mail.invitation.how"), t("mail.invitation.not_you")),
        footer=(t("mail.invitation.why", by=by),),
    )


def roles_changed(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    organisation = data["organisation"]
    return Letter(
        language=t.language,
        subject=t("mail.roles_changed.subject", organisation=organisation),
        heading=t("mail.roles_changed.heading", organisation=organisation),
        lead=t("mail.roles_changed.lead", by=data["by"]),
        facts=filled(
            Fact(t("fact.organisation"), organisation),
            Fact(t("fact.roles"), _roles(t, data["roles"]), strong=True),
            Fact(t("fact.roles_before"), _roles(t, data["before"])),
        ),
        actions=(Action(t("mail.roles_changed.button"), data["url"], primary=True),),
        paragraphs=(t("mail.roles_changed.how"), t("mail.roles_changed.not_you")),
        footer=(t("mail.membership.why"),),
    )


def membership_ended(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    organisation = data["organisation"]
    return Letter(
        language=t.language,
        subject=t("mail.membership_ended.subject", organisation=organisation),
        heading=t("mail.membership_ended.heading", organisation=organisation),
        lead=t("mail.membership_ended.lead", by=data["by"]),
        facts=filled(Fact(t("fact.organisation"), organisation)),
        paragraphs=(t("mail.membership_ended.how"), t("mail.membership_ended.not_you")),
        footer=(t("mail.membership.why"),),
    )


def _roles(t: Words, roles: Sequence[str]) -> str:
    return ", ".join(t.named("person_role", each) for each in roles)


def passkey_copied(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    return Letter(
        language=t.language,
        subject=t("mail.passkey_copied.subject"),
        heading=t("mail.passkey_copied.heading"),
        lead=t("mail.passkey_copied.lead"),
        facts=filled(Fact(t("fact.passkey"), data["passkey"])),
        actions=(Action(t("mail.passkey_copied.button"), data["url"], primary=True),),
        paragraphs=(t("mail.passkey_copied.how"), t("mail.passkey_copied.not_you")),
        footer=(t("mail.passkey_copied.why"),),
    )


def address_probe(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    """Whether the mailbox receives where an organisation says that it reads answers."""
    organisation = data["organisation"]
    return Letter(
        language=t.language,
        subject=t("mail.address_probe.subject", organisation=organisation),
        heading=t("mail.address_probe.heading"),
        lead=t("mail.address_probe.lead", organisation=organisation),
        facts=filled(
            Fact(t("fact.organisation"), organisation),
            Fact(t("fact.open_until"), t.day(data.get("expires_at")), strong=True),
        ),
        actions=(Action(t("mail.address_probe.button"), data["url"], primary=True),),
        paragraphs=(t("mail.address_probe.how"), t("mail.address_probe.not_you")),
        footer=(t("mail.address_probe.why"),),
    )


def approval_asked(t: Words, _kind: str, data: Mapping[str, Any], _: Answering) -> Letter:
    """To whoever may approve what another has prepared."""
    headline, organisation = headline_of(t, data["change"]), data["organisation"]
    urgent = "_emergency" if data["emergency"] else ""
    return Letter(
        language=t.language,
        subject=t(f"mail.approval_asked.subject{urgent}", headline=headline),
        heading=t("mail.approval_asked.heading"),
        lead=t(f"mail.approval_asked.lead{urgent}", organisation=organisation),
        facts=filled(
            Fact(t("fact.change"), headline, strong=True),
            Fact(t("fact.effective_on"), t.day(data["effective_on"]), strong=True),
            Fact(t("fact.prepared_by"), data.get("by") or ""),
            Fact(t("fact.organisation"), organisation),
        ),
        actions=(Action(t("mail.approval_asked.button"), data["url"], primary=True),),
        paragraphs=(t("mail.approval_asked.how"), t("mail.approval_asked.not_you")),
        footer=(t("mail.approval_asked.why"),),
    )
