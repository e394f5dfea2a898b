"""What notices hears (ledger entries) and tells (webhook messages), by name."""

from __future__ import annotations

CHANGE_ANNOUNCED = "sub_processor.change.announced"
CHANGE_EMERGENCY = "sub_processor.change.emergency"
CHANGE_WITHDRAWN = "sub_processor.change.withdrawn"
CHANGE_IN_EFFECT = "sub_processor.change.in_effect"

AGREEMENT_OFFERED = "agreement.offered"
# Its customer has not answered the offer of a roll-out yet.
AGREEMENT_REMINDED = "agreement.reminded"
# A customer proposes other terms, and what its vendor says to that.
PROPOSAL_MADE, PROPOSAL_ANSWERED = "agreement.proposal_made", "agreement.proposal_answered"
# Signed on paper, as one side says, and what the other side says of that.
PAPER_UPLOADED, PAPER_REFUSED = "agreement.paper_uploaded", "agreement.paper_refused"
PAPERS = (PAPER_UPLOADED, PAPER_REFUSED)
# Signed elsewhere, as its processor says; its customer has not said so itself.
AGREEMENT_TO_BE_CONFIRMED = "agreement.to_be_confirmed"
AGREEMENT_DECLINED = "agreement.declined"
AGREEMENT_ACTIVATED = "agreement.activated"
AGREEMENT_AMENDED = "agreement.amended"
AGREEMENT_TERMINATED = "agreement.terminated"
AGREEMENT_EXPIRED = "agreement.expired"
AGREEMENT_REJECTED = "agreement.rejected"
AMENDMENT_SCHEDULED = "agreement.amendment_scheduled"
AMENDMENT_LAPSED = "agreement.amendment_lapsed"

# Of these the processor alone is told.
AGREEMENT_ACCEPTED = "agreement.accepted"
AGREEMENT_CONFIRMED = "agreement.confirmed"
AGREEMENT_RENEWAL_DUE = "agreement.renewal_due"
AGREEMENT_TERMINATION_SCHEDULED = "agreement.termination_scheduled"
AGREEMENT_DELETION_OVERDUE = "agreement.deletion_overdue"
CHANGE_APPROVAL_GIVEN = "sub_processor.change.approved"

# A register is public from now on, or is not any more; customers are not told.
REGISTER_PUBLISHED, REGISTER_UNPUBLISHED = "register.published", "register.unpublished"
# A contact person of a register was erased; customers are not told.
PERSON_ERASED = "register.person_erased"
# Entries of a register were chained with more than may go out, and have lost it.
ENTRIES_WITHHELD = "register.entries_withheld"

OBJECTION_PREFIX = "objection."
OBJECTION_UPDATED = "objection.updated"
# A vendor recorded what its customer said outside Art28.
LETTER_RECORDED = "letter.recorded"
WEBHOOK_TEST = "webhook.test"
WEBHOOK_DISABLING_SOON = "webhook.disabling_soon"

BASIS_ENDING = "transfer.basis_ending"
BASIS_LOST = "transfer.basis_lost"

# A prior notice in the sense of Art. 28(2) GDPR: these carry each customer's own dates.
NOTICES = (CHANGE_ANNOUNCED, CHANGE_EMERGENCY)
# What becomes of a change that was told; goes to those it was told to.
FOLLOW_UPS = (CHANGE_WITHDRAWN, CHANGE_IN_EFFECT)
# The instrument that carries transfers of a register ends; all its customers are told.
BASES = (BASIS_ENDING, BASIS_LOST)
# Agreement entries of which the customer gets a message.
AGREEMENT_MESSAGES = (
    AGREEMENT_OFFERED,
    AGREEMENT_REMINDED,
    PAPER_UPLOADED,
    PAPER_REFUSED,
    PROPOSAL_ANSWERED,
    AGREEMENT_ACTIVATED,
    AGREEMENT_AMENDED,
    AGREEMENT_TERMINATED,
)
# What waits for its customer to accept or refuse it.
OFFERS = (AGREEMENT_OFFERED, AGREEMENT_REMINDED, *PAPERS)
# What has a page of its own for the contacts of the customer.
WITH_PAGES = (*OFFERS, PROPOSAL_ANSWERED)

# Agreement entries of which nobody but the contacts that the processor named is told, by e-mail.
INVITATIONS = (AGREEMENT_TO_BE_CONFIRMED,)

# What goes by e-mail, too, to those who get their messages there. Not that an agreement is in
# force: both have just accepted it, and a vendor that takes over thousands would mail them all.
MAILED = (
    *FOLLOW_UPS,
    OBJECTION_UPDATED,
    LETTER_RECORDED,
    *WITH_PAGES,
    AGREEMENT_AMENDED,
    AGREEMENT_TERMINATED,
    *INVITATIONS,
    *BASES,
)

# A mail to the vendor, no message to customers: nobody could reach these.
UNREACHED = "notices.unreached"

# Messages to a vendor about its own customers, and about evidence that it must renew.
OBJECTION_RECEIVED = "objection.received"
CHANGE_APPROVED = "change.approved"
AGREEMENT_PROPOSED = "agreement.proposed"
DELETION_OVERDUE = "deletion.overdue"
CUSTOMER_UNREACHED = "customer.unreached"
EVIDENCE_DUE = "evidence.due"
# Nothing more is waited for in a roll-out of new terms, or it was stopped.
ROLL_OUT_OVER = "roll_out.over"
# What it names where an ended sub-processor has not confirmed what became of the data.
DELETION_CONFIRMATION = "deletion_confirmation"
# Where the vendor reads answers, a mail came back.
NOTICE_ADDRESS_BOUNCED = "notice_address.bounced"
VENDOR_MESSAGES = (
    OBJECTION_RECEIVED,
    OBJECTION_UPDATED,
    CHANGE_APPROVED,
    AGREEMENT_PROPOSED,
    AGREEMENT_ACCEPTED,
    AGREEMENT_REJECTED,
    PROPOSAL_MADE,
    PAPER_UPLOADED,
    PAPER_REFUSED,
    AGREEMENT_CONFIRMED,
    AGREEMENT_DECLINED,
    AGREEMENT_RENEWAL_DUE,
    AGREEMENT_TERMINATION_SCHEDULED,
    AGREEMENT_TERMINATED,
    AGREEMENT_EXPIRED,
    DELETION_OVERDUE,
    CUSTOMER_UNREACHED,
    EVIDENCE_DUE,
    ROLL_OUT_OVER,
    NOTICE_ADDRESS_BOUNCED,
)

# A mail to the vendor, with what is mailed of these messages.
VENDOR_NEWS = "notices.vendor_news"
# Steps of an objection that its customer takes; of its own the vendor needs no mail.
CUSTOMERS_STEPS = ("withdrawn", "mitigation_accepted", "modification_requested", "terminated")
# Who could not be reached stands in a mail of its own, one for each change (``UNREACHED``).
NOT_IN_NEWS = (CUSTOMER_UNREACHED,)

# A mail to the contacts of a customer: what one of them answered by the link in a mail.
ANSWER_COPIED = "notices.answer_copied"

# Mails with a link, to persons, written for identity: no message to anybody.
SIGN_IN, INVITATION, PASSKEY_COPIED = "sign_in", "invitation", "passkey_copied"
ADDRESS_PROBE, APPROVAL_ASKED = "address_probe", "approval_asked"
ROLES_CHANGED, MEMBERSHIP_ENDED = "roles_changed", "membership_ended"
WITH_LINKS = (SIGN_IN, INVITATION, PASSKEY_COPIED, ADDRESS_PROBE, APPROVAL_ASKED, ROLES_CHANGED,
              MEMBERSHIP_ENDED)  # fmt: skip

# Mails to those who follow a public register: a link to confirm that they want to, and the news.
SUBSCRIPTION_ASKED = "subscription_asked"
SUBSCRIBER_NEWS = "subscriber_news"
# What a visitor of a public page asks its vendor, and the copy that the visitor gets.
QUESTION, QUESTION_COPIED = "question", "question_copied"
LINKED = (*WITH_LINKS, SUBSCRIPTION_ASKED, QUESTION, QUESTION_COPIED)

# What a vendor's endpoint may choose among.
FOR_VENDORS = (*VENDOR_MESSAGES, WEBHOOK_TEST, WEBHOOK_DISABLING_SOON)

# What a customer's endpoint may choose among.
SUBSCRIBABLE = (
    *NOTICES,
    *FOLLOW_UPS,
    OBJECTION_UPDATED,
    LETTER_RECORDED,
    *AGREEMENT_MESSAGES,
    *BASES,
    WEBHOOK_TEST,
    WEBHOOK_DISABLING_SOON,
)
