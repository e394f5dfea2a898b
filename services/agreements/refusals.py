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
    """This party has accepted this version already."""

    code = "already-accepted"


class DocumentOutdated(Conflict):
    """The document on offer is not the one that was named; read it again before accepting."""

    code = "document-outdated"


class AgreementInForce(Conflict):
    """Another agreement of the same parties speaks for one of these products on these days."""

    code = "agreement-in-force"


class NotAmendable(Conflict):
    """Only an agreement that is on offer or binds both can be amended."""

    code = "not-amendable"


class AmendedMeanwhile(Conflict):
    """Another amendment was offered in between; read the agreement again."""

    code = "amended-meanwhile"


class NotInForce(Conflict):
    """Only an agreement that both have accepted and that has not ended can be terminated."""

    code = "not-in-force"


class TerminationScheduled(Conflict):
    """The agreement ends on a day that is set already."""

    code = "termination-scheduled"


class AmendmentScheduled(Conflict):
    """An amendment that both have accepted begins on a day to come; wait for it or end it all."""

    code = "amendment-scheduled"


class NothingToDelete(Conflict):
    """Only after an agreement that was in force has ended is data to be deleted or returned."""

    code = "nothing-to-delete"


class ProofRecorded(Conflict):
    """The proof of deletion or return has been recorded already."""

    code = "proof-recorded"


class TemplateNotPublished(Conflict):
    """This template is not offered to customers: its processor has not accepted it in advance."""

    code = "template-not-published"


class NotPublishable(Conflict):
    """Only a template with published terms can be accepted in advance; make a new version."""

    code = "template-without-terms"


class NotReplaceable(Conflict):
    """Only a template of your own can have a next version."""

    code = "template-not-yours"


class NotAPdf(Invalid):
    """The file is not a whole PDF."""

    code = "not-a-pdf"


class NotAController(Forbidden):
    """Only a customer can take a published template."""

    code = "not-a-controller"


class NotAParty(Forbidden):
    """Only the parties themselves can do this, each for itself."""

    code = "not-a-party"


class NotAProcessor(Forbidden):
    """Agreements and templates are drawn up by processors."""

    code = "not-a-processor"
