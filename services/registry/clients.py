"""The services that the registry queries: identity for the processor, agreements for the notice
promised, notices for its receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any

from services.registry.clock import RECEIPT_RULES
from shared.errors import Conflict, NotFound
from shared.peers import ServiceClient, every_item
from shared.scope import Cover
from shared.times import parse_instant

# As many of each kind as fit into the first line of a request: gunicorn takes 4,094 bytes of it.
IDS_AT_ONCE = 50
CUSTOMERS_AT_ONCE = 200
ENDED_ALREADY = frozenset({"not-in-force", "termination-scheduled"})


@dataclass(frozen=True)
class NoticeTerms:
    """All notice terms in force with a processor's customers, and the watermark they were read at.

    ``groups``: ``[{key, authorisation, terms: {…}}]``. ``profiles``: ``[{key, covers, customers,
    customer_id}]``, what their agreements cover.
    """

    version: int
    groups: tuple[dict[str, Any], ...]
    profiles: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Covering:
    """An agreement whose customer is owed notice. ``key``: of its terms group."""

    agreement_id: str
    controller: Mapping[str, str]
    key: str
    cover: Cover
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Bond:
    """One agreement, as far as notices and the gate need it.

    ``ends_on`` is the first day on which it is no longer in force. Of one that has ended,
    ``ended_on`` is its last day and ``ended_at`` the instant, where that is known.
    ``list_accepted_on``: when its list of sub-processors was accepted; ``accepted_changes``: ids of
    the coming changes that it names.
    """

    agreement_id: str
    status: str
    cover: Cover
    effective_from: date
    ends_on: date | None
    silence_is_no: bool
    history: tuple[dict[str, Any], ...]
    ended_on: date | None = None
    ended_at: datetime | None = None
    list_accepted_on: date | None = None
    accepted_changes: frozenset[str] = frozenset()
    customer_id: str | None = None

    def accepted(self, change_id: str, effective_on: date) -> bool:
        """Whether its parties accepted this change with the list of sub-processors: it had taken
        effect by then, or the list names it as a coming one (0038)."""
        listed = self.list_accepted_on
        in_effect = listed is not None and effective_on <= listed
        return in_effect or change_id in self.accepted_changes

    def key_at(self, version: int) -> str | None:
        """The key of its terms as they stood at a watermark; None if it was not binding then."""
        terms = self._terms_at(version)
        return terms["key"] if terms else None

    def cover_at(self, version: int) -> Cover:
        """What it covered at a watermark; what it covers now where that was not recorded."""
        terms = self._terms_at(version)
        members = terms.get("cover") if terms else None
        return Cover.parse(members) if members else self.cover

    def _terms_at(self, version: int) -> dict[str, Any] | None:
        begun = [terms for terms in self.history if terms["since_version"] <= version]
        return max(begun, key=lambda terms: terms["since_version"]) if begun else None

    def in_force_on(self, day: date) -> bool:
        begun = self.status in ("active", "terminated") and self.effective_from <= day
        return begun and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True)
class Relation:
    """All agreements of one customer with one processor, a binding one first."""

    bonds: tuple[Bond, ...]

    @property
    def agreement_id(self) -> str:
        return self.bonds[0].agreement_id

    @property
    def binding(self) -> tuple[Bond, ...]:
        """The agreements in force today; when there is none, those that were."""
        return tuple(bond for bond in self.bonds if bond.status == "active") or self.bonds

    @property
    def ended_on(self) -> date | None:
        """The last day of the two, when no agreement binds them any more."""
        if any(bond.status == "active" for bond in self.bonds):
            return None
        return max(bond.ended_on or bond.ends_on or date.min for bond in self.bonds)

    @property
    def ended_at(self) -> datetime | None:
        """The instant of that end; None if it is not known, or there is none."""
        known = [bond.ended_at for bond in self.bonds if bond.ended_at]
        return max(known) if known and self.ended_on is not None else None


@dataclass(frozen=True)
class Receipt:
    """When one notice was sent, delivered and acknowledged; None: not yet."""

    sent_at: datetime | None
    delivered_at: datetime | None
    acknowledged_at: datetime | None

    def by(self, rule: str) -> datetime | None:
        """The instant that an agreement with this receipt rule counts from; None: not yet.

        A later event proves the earlier ones: what was acknowledged was delivered and sent.
        """
        chain = (self.sent_at, self.delivered_at, self.acknowledged_at)
        since = chain[RECEIPT_RULES.index(rule) :]
        return min((instant for instant in since if instant), default=None)


@dataclass(frozen=True)
class Offer:
    """An agreement that waits for its processor's acceptance until ``lapses_on``."""

    agreement_id: str
    customer: str
    lapses_on: date


@dataclass(frozen=True)
class Unreached:
    """A customer that no channel reaches today, or that has not got a notice; ``reason`` as
    `notices` names it."""

    agreement_id: str
    customer_id: str
    customer: str
    reason: str


@dataclass(frozen=True)
class Reach:
    """Whom no channel of a processor reaches. ``notice_address``: ``{email, status, at}``, where
    the processor itself reads answers, if a mail came back from there. ``unverified``: how many
    contacts of its customers have used no link that was mailed to them."""

    unreached: tuple[Unreached, ...]
    notice_address: Mapping[str, Any] | None
    unverified: int


class IdentityClient:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def organisation(self, org_id: str) -> dict[str, Any]:
        """The organisation with this id. Raises ``NotFound``."""
        answer: dict[str, Any] = self._client.get(f"/v1/organisations/{org_id}")
        return answer

    def answers_at(self, org_id: str) -> str | None:
        """The address at which answers to the organisation's mails have proved to reach it."""
        address = self.organisation(org_id).get("notice_address")
        return str(address["email"]) if address and address["proved_at"] else None

    def hands(self, org_id: str, actors: Iterable[str]) -> dict[str, Any]:
        """The hands of these persons and clients of an organisation, as ``Hands`` takes them."""
        shared = ("names", "titles", "known_to", "let_in_by", "one_with")
        found: dict[str, Any] = {"of": {}, "may_approve": [], **{name: {} for name in shared}}
        for ids in _listed(sorted(set(actors))):
            answer = self._client.get("/v1/hands", {"org_id": org_id, "actor_ids": ids})
            found["of"] |= answer["hands"]
            for name in shared:
                found[name] |= answer[name]
            found["may_approve"] += answer["may_approve"]
            found |= {name: answer[name] for name in ("four_eyes", "has_persons")}
        return found

    def ask_approval(self, asked: Mapping[str, Any]) -> int:
        """Have those mailed who may approve a change; how many they are."""
        answer: dict[str, int] = self._client.post("/v1/approval-mails", asked)
        return answer["asked"]


class AgreementsClient:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def notice_terms(self, processor_id: str, apart: Sequence[str] = ()) -> NoticeTerms:
        """``apart``: customers whose agreements are wanted one by one."""
        body = {"processor_id": processor_id, "apart": list(apart)}
        answer = self._client.post("/v1/notice-terms", body)
        return NoticeTerms(answer["version"], tuple(answer["groups"]), tuple(answer["profiles"]))

    def offers(self, processor_id: str) -> list[Offer]:
        """The offers that wait for this processor to accept them."""
        asked = {"processor_id": processor_id}
        return [_offer(item) for item in every_item(self._client.get, "/v1/offers", asked)]

    def texts(self, processor_id: str) -> list[Mapping[str, Any]]:
        """What this processor's templates and agreements say of the processing: ``{type, id, name,
        texts}``, agreements with the same texts once."""
        answer: Mapping[str, Any] = self._client.get("/v1/texts", {"processor_id": processor_id})
        return list(answer["items"])

    def covers(
        self, processor_id: str, controller_id: str | None, limit: int, cursor: str | None
    ) -> tuple[list[Covering], str | None]:
        """A page of the agreements whose customers are owed notice, and where it goes on."""
        asked = {"processor_id": processor_id, "controller_id": controller_id,
                 "limit": limit, "cursor": cursor}  # fmt: skip
        known = {name: value for name, value in asked.items() if value is not None}
        answer = self._client.get("/v1/covers", known)
        return [_covering(item) for item in answer["items"]], answer["next_cursor"]

    def relation(self, processor_id: str, controller_id: str) -> Relation | None:
        """What the two have agreed; None when they never had an agreement."""
        parties = {"processor_id": processor_id, "controller_id": controller_id}
        try:
            answer = self._client.get("/v1/relation", parties)
        except NotFound:
            return None
        return Relation(tuple(_bond(bond, controller_id) for bond in answer["agreements"]))

    def terminate(
        self, agreement_id: str, controller_id: str, effective_on: date, reason: str
    ) -> None:
        """End an agreement for its customer; one that is ended already stays as it is."""
        body = {"effective_on": effective_on.isoformat(), "reason": reason}
        try:
            self._client.post(f"/v1/agreements/{agreement_id}/terminate", body, controller_id)
        except Conflict as refusal:
            if refusal.code not in ENDED_ALREADY:
                raise


class NoticesClient:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def preview(
        self, entry: Mapping[str, Any], covering: Covering, language: str, channel: str
    ) -> Mapping[str, Any]:
        """``{subject, parts}``: what the customer of this agreement would get of a ledger entry.
        Raises ``Invalid`` for a channel that does not exist."""
        body = {"entry": entry, "language": language, "channel": channel,
                "agreement_id": covering.agreement_id, "terms_key": covering.key}  # fmt: skip
        answer: Mapping[str, Any] = self._client.post("/v1/previews", body)
        return answer

    def receipts(
        self, change_ids: Sequence[str], agreement_ids: Sequence[str]
    ) -> dict[tuple[str, str], Receipt]:
        """Receipts of the notices of these changes, by change and agreement."""
        receipts: dict[tuple[str, str], Receipt] = {}
        for changes, agreements in product(_listed(change_ids), _listed(agreement_ids)):
            asked = {"change_ids": changes, "agreement_ids": agreements}
            for receipt in self._client.get("/v1/receipts", asked)["items"]:
                receipts[receipt["change_id"], receipt["agreement_id"]] = _receipt(receipt)
        return receipts

    def reach(self, processor_id: str) -> Reach:
        """Whom no channel of a processor reaches today: its customers, and itself."""
        asked = {"processor": processor_id, "limit": CUSTOMERS_AT_ONCE}
        pages: list[Mapping[str, Any]] = []

        def page(path: str, params: dict[str, Any]) -> Any:
            pages.append(self._client.get(path, params))
            return pages[-1]

        items = every_item(page, "/v1/reachability", asked)
        unreached = tuple(_unreached(item) for item in items)
        unverified = sum(each.get("unverified_contacts", 0) for each in pages)
        return Reach(unreached, pages[-1].get("notice_address"), unverified)


def _offer(answer: Mapping[str, Any]) -> Offer:
    lapses_on = date.fromisoformat(answer["lapses_on"])
    return Offer(answer["agreement_id"], answer["customer"], lapses_on)


def _unreached(answer: Mapping[str, Any]) -> Unreached:
    customer = answer["customer"]
    name = customer["legal_name"]
    return Unreached(answer["agreement_id"], customer["id"], name, answer["reason"])


def _covering(answer: Mapping[str, Any]) -> Covering:
    return Covering(
        answer["agreement_id"],
        answer["controller"],
        answer["key"],
        Cover.parse(answer["cover"]),
        tuple(answer["channels"]),
    )


def _bond(answer: Mapping[str, Any], customer_id: str) -> Bond:
    refusal = answer["authorisation"] != "general" or answer["terms"]["silence"] == "refusal"
    return Bond(
        agreement_id=answer["agreement_id"],
        status=answer["status"],
        cover=Cover.parse(answer["cover"]),
        effective_from=date.fromisoformat(answer["effective_from"]),
        ends_on=_day(answer["ends_on"]),
        silence_is_no=refusal,
        history=tuple(answer["history"]),
        ended_on=_day(answer.get("ended_on")),
        ended_at=_instant(answer.get("ended_at")),
        list_accepted_on=_day(answer.get("list_accepted_on")),
        accepted_changes=frozenset(answer.get("accepted_changes") or ()),
        customer_id=customer_id,
    )


def _listed(ids: Sequence[str]) -> list[str]:
    starts = range(0, len(ids), IDS_AT_ONCE)
    return [",".join(ids[start : start + IDS_AT_ONCE]) for start in starts]


def _receipt(answer: Mapping[str, Any]) -> Receipt:
    names = ("sent_at", "delivered_at", "acknowledged_at")
    return Receipt(*(_instant(answer[name]) for name in names))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None
