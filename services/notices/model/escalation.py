"""What follows for a notice that nobody has received yet: pure rules.

A notice is owed. It goes by webhook, and by e-mail where the agreement names that; when neither
delivers it in time, or at all, it goes to the contacts by e-mail, one after the other; and when
nobody is left it is unreached, which the processor sees, until something delivers it after all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.notices.events import AGREEMENT_OFFERED, FOLLOW_UPS, INVITATIONS, MAILED
from services.notices.model import deliveries, mails
from services.notices.model.mails import Contact

# How often a notice under way is looked at, so that a dead webhook is noticed before its time.
LOOK_EVERY = timedelta(minutes=5)
FIRST_LOOK = timedelta(minutes=1)
# How often an unreached one is: a setting, an endpoint or a contact may have been put right.
UNREACHED_EVERY = timedelta(hours=6)

# What an agreement calls the channel.
EMAIL = "email"

EMAIL_OFF, NO_CONTACT, NOBODY_LEFT = "email_off", "no_contact", "contacts_exhausted"


def first_look(
    *, is_notice: bool, by_mail: bool, on_its_way: bool, now: datetime
) -> dict[str, datetime]:
    """The mark that fan-out puts on a message. ``by_mail``: its agreement names e-mail, or its
    notice was mailed; ``on_its_way``: some webhook delivery is not held. What is no notice is
    looked at once, to see whether its customer gets it by e-mail."""
    wait = FIRST_LOOK if is_notice and on_its_way and not by_mail else timedelta()
    return {"look_at": now + wait, "watched_since": now}


@dataclass(frozen=True)
class Case:
    """One notice as it stands. ``since``: when it was first owed; ``effective_on``: a day."""

    since: datetime
    effective_on: str | None
    acknowledged: bool
    withdrawn: bool
    webhooks: Sequence[str]
    mails: Sequence[Mapping[str, Any]]
    contacts: Sequence[Contact]
    names_email: bool
    email_is_on: bool

    @property
    def webhook_delivered(self) -> bool:
        return deliveries.DELIVERED in self.webhooks

    @property
    def mail_delivered(self) -> bool:
        return mails.reached_at(self.mails) is not None

    @property
    def owes_a_mail(self) -> bool:
        """Where the agreement names e-mail, a webhook alone keeps half of what was promised."""
        under_way = any(each["state"] == mails.PENDING for each in self.mails)
        return self.names_email and (under_way or self.next_contact is not None)

    @property
    def next_contact(self) -> Contact | None:
        """The next one to write to, if mails can be sent at all."""
        tried = {each["address"] for each in self.mails}
        fresh = (each for each in self.contacts if each.key not in tried)
        return next(fresh, None) if self.email_is_on else None


@dataclass(frozen=True)
class Step:
    """``mail_to`` and ``why``: a mail to make. ``look_at``: when to look again; None: it is done.

    ``unreached``: why nobody has it, or None.
    """

    look_at: datetime | None = None
    mail_to: Contact | None = None
    why: str = ""
    unreached: str | None = None


def next_step(case: Case, now: datetime, patience: timedelta) -> Step:
    """What to do for ``case``; ``patience``: how long a channel may take before the next one."""
    if case.acknowledged or case.withdrawn or case.mail_delivered:
        return Step()
    contact = case.next_contact
    if case.names_email and not case.mails and contact:
        return Step(now + LOOK_EVERY, contact, mails.CHANNEL)
    if case.webhook_delivered and not case.owes_a_mail:
        return Step()
    until = _may_still_arrive(case, patience)
    if until is not None and until > now:
        return Step(min(until, now + LOOK_EVERY))
    if contact:
        why = mails.ESCALATION if case.mails else mails.FALLBACK
        return Step(now + LOOK_EVERY, contact, why)
    return Step(_next_look(case, now), unreached=_reason(case))


def _may_still_arrive(case: Case, patience: timedelta) -> datetime | None:
    """Until when what is under way is waited for; None when nothing is."""
    until = [each["made_at"] + patience for each in case.mails if each["state"] == mails.PENDING]
    if deliveries.PENDING in case.webhooks:
        until.append(case.since + patience)
    return max(until, default=None)


def _next_look(case: Case, now: datetime) -> datetime | None:
    """Until the change has taken effect; after that, only what happens brings it up again."""
    last = date.fromisoformat(case.effective_on) if case.effective_on else None
    if last is not None and now.date() > last:
        return None
    return now + UNREACHED_EVERY


def _reason(case: Case) -> str:
    if not case.contacts:
        return NO_CONTACT
    return NOBODY_LEFT if case.email_is_on else EMAIL_OFF


@dataclass(frozen=True)
class Told:
    """A message that is no notice. ``before``: who was mailed the notice it follows, as far as they
    are contacts still; ``reached_before``: the customer has had some notice by mail;
    ``by_webhook``: some webhook takes the message; ``is_open``: what it offers is not answered."""

    kind: str
    mails: Sequence[Mapping[str, Any]]
    contacts: Sequence[Contact]
    before: Sequence[Contact]
    reached_before: bool
    names_email: bool
    by_webhook: bool
    is_open: bool
    email_is_on: bool

    @property
    def is_mailed(self) -> bool:
        """Whether it goes by e-mail: where that is the customer's channel, by its agreement or
        because the notice came that way."""
        if self.kind not in MAILED or not self.email_is_on:
            return False
        if self.kind == AGREEMENT_OFFERED and not self.is_open:
            return False
        if self.kind in FOLLOW_UPS:
            return bool(self.before)
        is_fallback = self.reached_before and not self.by_webhook
        is_invitation = self.kind in INVITATIONS
        return self.names_email or bool(self.before) or is_fallback or is_invitation


def letters_to(told: Told) -> tuple[Sequence[Contact], str]:
    """Whom to write to now, and why: those who know of the matter, else the first contact; when
    none of the mails arrived, the next one."""
    over = (mails.PENDING, mails.DELIVERED)
    if not told.is_mailed or any(each["state"] in over for each in told.mails):
        return (), ""
    if told.mails:
        tried = {each["address"] for each in told.mails}
        return [each for each in told.contacts if each.key not in tried][:1], mails.ESCALATION
    if told.before:
        return told.before, mails.FOLLOW_UP
    return told.contacts[:1], mails.CHANNEL if told.names_email else mails.FALLBACK
