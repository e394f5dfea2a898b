"""Why a step in the life of an agreement is refused."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden


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
    """Another agreement of the same parties is in force for one of these products."""

    code = "agreement-in-force"


class NotAmendable(Conflict):
    """Only an agreement that is on offer or in force can be amended."""

    code = "not-amendable"


class AmendedMeanwhile(Conflict):
    """Another amendment was offered in between; read the agreement again."""

    code = "amended-meanwhile"


class NotInForce(Conflict):
    """Only an agreement in force can be terminated."""

    code = "not-in-force"


class TerminationScheduled(Conflict):
    """The agreement ends on a day that is set already."""

    code = "termination-scheduled"


class NotAParty(Forbidden):
    """Only the parties themselves can do this, each for itself."""

    code = "not-a-party"


class NotAProcessor(Forbidden):
    """Agreements and templates are drawn up by processors."""

    code = "not-a-processor"
