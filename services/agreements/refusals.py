"""Why a step in the life of an agreement is refused."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden, Invalid


class NotADraft(Conflict):
    """Only a draft can be offered."""

    code = "not-a-draft"


class NotOffered(Conflict):
    """No version of this agreement is on offer."""

    code = "not-offered"


class AlreadyAccepted(Conflict):
    """This party has already accepted this version."""

    code = "already-accepted"


class DocumentOutdated(Conflict):
    """The document is another than the one you named; read it again first."""

    code = "document-outdated"


class AgreementInForce(Conflict):
    """Another agreement of the same parties covers one of these products on these days."""

    code = "agreement-in-force"


class NotAmendable(Conflict):
    """Only an offered or binding agreement can be amended."""

    code = "not-amendable"


class AmendedMeanwhile(Conflict):
    """Another amendment was offered meanwhile; read the agreement again."""

    code = "amended-meanwhile"


class NotInForce(Conflict):
    """Only a binding agreement that has not ended can be terminated."""

    code = "not-in-force"


class TerminationScheduled(Conflict):
    """The agreement already has an end day."""

    code = "termination-scheduled"


class AmendmentScheduled(Conflict):
    """An accepted amendment begins on a later day; wait for it or terminate the agreement."""

    code = "amendment-scheduled"


class NothingToDelete(Conflict):
    """No data is due: deletion or return follows the end of an agreement that was in force."""

    code = "nothing-to-delete"


class NotToBeConfirmed(Conflict):
    """Only an agreement signed elsewhere that waits for its customer can be confirmed."""

    code = "not-to-be-confirmed"


class ProofRecorded(Conflict):
    """The proof of deletion or return is already recorded."""

    code = "proof-recorded"


class TemplateNotPublished(Conflict):
    """This template is not published: its processor has not accepted it in advance."""

    code = "template-not-published"


class NotPublishable(Conflict):
    """Only a template with published terms can be accepted in advance; make a new version."""

    code = "template-without-terms"


class NotReplaceable(Conflict):
    """Only a template of your own can have a next version."""

    code = "template-not-yours"


class RelationEnded(Conflict):
    """The last agreement with this customer ended while this one was imported; send it again."""

    code = "relation-ended"


class NotAPdf(Invalid):
    """The file is not a whole PDF."""

    code = "not-a-pdf"


class NotAController(Forbidden):
    """Only a customer can take a published template."""

    code = "not-a-controller"


class NotAParty(Forbidden):
    """Only a party can do this, and only for itself."""

    code = "not-a-party"


class NotAProcessor(Forbidden):
    """Only a processor can draw up agreements and templates."""

    code = "not-a-processor"
