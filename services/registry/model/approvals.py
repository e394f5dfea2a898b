"""Who may approve what another has prepared, and when enough have.

Where an organisation has persons, persons approve, and four eyes are two persons. Where it has
none, hands of clients stand for persons (0027, 0056).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.errors import Conflict, Forbidden

PERSON = "per_"
TWO = 2


class ApprovedAlready(Conflict):
    """You have approved it already; a different person or client must."""

    code = "approved-already"


class ApprovedByTheSameHand(Conflict):
    """A client that counts as one with this one has approved already; another hand must."""

    code = "approved-by-the-same-hand"


class PreparedByTheSameHand(Conflict):
    """Nobody approves what they prepared; have another hand approve."""

    code = "prepared-by-the-same-hand"


class LetInByPreparer(Conflict):
    """You came in less than seven days ago by whom you check here; have another approve."""

    code = "let-in-by-the-same-hand"


class PersonNeeded(Conflict):
    """This organisation has persons, so a person approves; sign in and approve yourself."""

    code = "person-needed"


class NotApprover(Forbidden):
    """You hold no role here that approves; ask an owner of the organisation for one."""

    code = "not-an-approver"


class ApprovalNeeded(Conflict):
    """This organisation announces only what a second hand has approved; ask for its approval."""

    code = "approval-needed"


class NobodyToApprove(Conflict):
    """No other person here may approve it; have an owner invite one or give a role that does."""

    code = "nobody-to-approve"


@dataclass(frozen=True)
class Hands:
    """Who may stand behind the persons and clients of an organisation.

    ``of``: the hand of each client; clients of one hand count as one (0027). ``known_to``: the
    persons who have known a secret of that hand. ``names``, ``titles``: of those that are still
    there. ``let_in_by``: who opened the door to a person in the last seven days, by person;
    ``one_with``: persons who read one mailbox. ``four_eyes``: what a second hand must approve.
    ``has_persons``: whether persons approve, and ``may_approve`` those whose role lets them at
    this moment.
    """

    of: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    four_eyes: str = "emergency"
    known_to: Mapping[str, Sequence[str]] = field(default_factory=dict)
    has_persons: bool = False
    may_approve: Collection[str] = ()
    let_in_by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    one_with: Mapping[str, Sequence[str]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def approver(self, actor: str) -> dict[str, str]:
        """Who approved, as it is kept."""
        said = {"name": self.names.get(actor), "title": self.titles.get(actor)}
        member = "person_id" if is_person(actor) else "client_id"
        return {member: actor, **{name: text for name, text in said.items() if text}}

    def may_be_one(self, one: str, other: str) -> bool:
        """Whether one person may stand behind both."""
        persons = self._persons(one) & self._persons(other)
        hands = {self.of.get(each, each) for each in (one, other)}
        return bool(persons) or len(hands) == 1

    def opened_for(self, one: str, other: str) -> bool:
        """Whether one of them let the other in so lately that it may be a mailbox of their own."""
        return self._let_in(one, other) or self._let_in(other, one)

    def number(self, actors: Iterable[str]) -> int:
        """How many persons these are; those who read one mailbox are one."""
        return len({min(self._persons(each)) for each in actors})

    def _let_in(self, one: str, other: str) -> bool:
        inviters = {each for it in self._persons(other) for each in self.let_in_by.get(it, ())}
        return not inviters.isdisjoint({one, *self._persons(one)})

    def _persons(self, actor: str) -> frozenset[str]:
        known = [actor] if is_person(actor) else self.known_to.get(actor, ())
        return frozenset(each for it in known for each in (it, *self.one_with.get(it, ())))


@dataclass(frozen=True)
class Signatures:
    """Persons and clients that prepared a draft, and that have approved it so far.

    ``urgent``: it is an emergency, which two must answer for in every organisation.
    """

    prepared_by: Sequence[str]
    approved_by: Sequence[str]
    urgent: bool

    def check(self, actor: str, hands: Hands) -> None:
        """Raises ``NotApprover``, ``ApprovedAlready``, ``PersonNeeded``, ``ApprovedByTheSameHand``,
        ``PreparedByTheSameHand`` or ``LetInByPreparer`` if the actor cannot approve."""
        if is_person(actor) and actor not in hands.may_approve:
            raise NotApprover
        if actor in self.approved_by:
            raise ApprovedAlready
        if hands.has_persons and not is_person(actor):
            raise PersonNeeded
        if not hands.has_persons:
            self._check_other_hand(actor, hands)
        # A client that prepared an emergency answers for it with its own approval, as the first.
        if (hands.has_persons or not self.urgent) and self._prepared(actor, hands):
            raise _prepared_by(self._prepared(actor, hands)[0])
        if hands.has_persons and any(hands.opened_for(each, actor) for each in self.prepared_by):
            raise LetInByPreparer

    def suffice(self, hands: Hands) -> bool:
        """Whether enough have approved.

        Raises ``PreparedByTheSameHand`` if enough clients have, all of hands that prepared it.
        """
        if hands.has_persons:
            return self._persons_suffice(hands)
        enough = len(self.approved_by) >= (TWO if self.urgent else 1)
        if enough and not self._approving(hands):
            raise _prepared_by(self.prepared_by[0])
        return enough

    def _persons_suffice(self, hands: Hands) -> bool:
        """Two persons stand behind it where two are asked for; a key is no person."""
        approving = [each for each in self._approving(hands) if is_person(each)]
        preparing = [each for each in self.prepared_by if is_person(each)]
        asked = TWO if self.urgent or hands.four_eyes == "always" else 1
        return bool(approving) and hands.number([*approving, *preparing]) >= asked

    def _approving(self, hands: Hands) -> list[str]:
        """Those of the approvers that prepared nothing of it."""
        return [each for each in self.approved_by if not self._prepared(each, hands)]

    def _prepared(self, actor: str, hands: Hands) -> list[str]:
        """Those that prepared it and may be one with ``actor``."""
        return [each for each in self.prepared_by if hands.may_be_one(actor, each)]

    def _check_other_hand(self, actor: str, hands: Hands) -> None:
        for approver in self.approved_by:
            if hands.may_be_one(approver, actor):
                raise ApprovedByTheSameHand(
                    f"{approver} has approved and counts as one with your client: one made the "
                    "other, or renewed its secret. Have a person approve to whom the platform gave "
                    "a client."
                )


def actor_of(approver: Mapping[str, str]) -> str:
    """The id in what ``Hands.approver`` gave."""
    return approver.get("person_id") or approver["client_id"]


def is_person(actor: str) -> bool:
    return actor.startswith(PERSON)


def _prepared_by(preparer: str) -> PreparedByTheSameHand:
    return PreparedByTheSameHand(
        f"{preparer} drafted or edited it, or asked for its emergency, and counts as one with you."
    )
