"""The e-mail channel: letters in the customer's language, sent over SMTP, and what comes back."""

from services.notices.channels.email.compose import Mail, composed, message_id
from services.notices.channels.email.headers import HeadersForged
from services.notices.channels.email.letters import letter_of
from services.notices.channels.email.schedule import Next, next_attempt
from services.notices.channels.email.settings import MailSettings
from services.notices.channels.email.smtp import Sent, Transport

__all__ = [
    "HeadersForged",
    "Mail",
    "MailSettings",
    "Next",
    "Sent",
    "Transport",
    "composed",
    "letter_of",
    "message_id",
    "next_attempt",
]
