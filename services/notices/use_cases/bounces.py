"""Mails that came back: the contact counts as unreached, and the next one is written to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from prometheus_client import Gauge

from services.notices.channels.email import CHANNEL, address_key
from services.notices.channels.email.dsn import Report
from services.notices.model.address_alarms import Back
from services.notices.model.sendings import BOUNCED
from services.notices.model.stored import StoredSending
from services.notices.store import Sendings
from services.notices.wiring import Deps
from shared.mongo import Session

log = structlog.get_logger()

# An alarm belongs on its age: servers report delays and deliveries too, so a feed that works is
# rarely silent for days where many mails are sent.
HEARD = Gauge(
    "art28_bounce_reports_heard_at_seconds",
    "When the last report of a mail came in, as seconds since 1970; 0: none since the start.",
)


def receive(deps: Deps, reports: Sequence[Report], *, by_address: bool) -> int:
    """Take in reports; how many mails came back by them. The same report twice has no further
    effect.

    ``by_address``: a report that names no mail of ours counts for the newest one to its
    recipient. Only for a sender we trust: anybody can write a report to a mailbox.
    """
    if reports:
        HEARD.set(deps.now().timestamp())
    return sum(_take(deps, report, by_address, reports) for report in reports if report.is_failure)


def _take(deps: Deps, report: Report, by_address: bool, together: Sequence[Report]) -> bool:
    mail = _mail(deps, report, by_address)
    if mail is not None and not _is_about(report, mail, together):
        log.info("bounce.ignored", status=report.status, known=True)
        return False
    if mail is None or mail["state"] == BOUNCED:
        log.info("bounce.ignored", status=report.status, known=mail is not None)
        return False

    def write(session: Session) -> None:
        _bounce(deps, mail, report, session)

    deps.stores.mongo.transact(write)
    log.info("mail.bounced", mail_id=mail["_id"], status=report.status)
    return True


def _is_about(report: Report, mail: StoredSending, together: Sequence[Report]) -> bool:
    """Whether this failure is that of the mail's own recipient. Where a report speaks of several
    recipients of one mail, only the one we wrote to counts; where it names none of them as ours,
    as after forwarding, the mail failed if all of them did."""
    of_mail = [each for each in together if each.mail_id and each.mail_id == report.mail_id]
    named = {address_key(each.recipient) for each in of_mail if each.recipient}
    if mail["address"] in named:
        return address_key(report.recipient) == mail["address"]
    return all(each.is_failure for each in of_mail)


def _bounce(deps: Deps, mail: StoredSending, report: Report, session: Session) -> None:
    at = deps.now()
    answer = {"status": report.status, "diagnostic": report.diagnostic}
    _mails(deps).bounce(mail["_id"], answer, at, session)
    deps.stores.address_alarms.note(mail, _back(mail, report, at), _origin(deps), session)
    if report.is_lasting:
        deps.stores.refuse(mail, at, session)
    if mail["message_id"]:
        deps.stores.escalations.check_again(mail["message_id"], at, session)


def _back(mail: StoredSending, report: Report, at: datetime) -> Back:
    return {"email": (mail["to"] or {}).get("email", ""), "status": report.status, "at": at}


def _origin(deps: Deps) -> str:
    return deps.settings.common.origin


def _mail(deps: Deps, report: Report, by_address: bool) -> StoredSending | None:
    if report.mail_id:
        return _mails(deps).came_back(report.mail_id, deps.now())
    return _mails(deps).latest_to(address_key(report.recipient)) if by_address else None


def _mails(deps: Deps) -> Sendings:
    return deps.stores.sendings[CHANNEL.name]
