"""The e-mail channel: letters in the customer's language, sent over SMTP, and what comes back."""

from services.notices.channels.email.channel import CHANNEL, Email, address_key, contacts_of
from services.notices.channels.email.compose import Mail, Under, composed, message_id
from services.notices.channels.email.headers import HeadersForged
from services.notices.channels.email.schedule import next_attempt
from services.notices.channels.email.settings import MailSettings
from services.notices.channels.email.smtp import Sent, Transport
from services.notices.letters import letter_of

__all__ = [
    "CHANNEL",
    "Email",
    "HeadersForged",
    "Mail",
    "MailSettings",
    "Sent",
    "Transport",
    "Under",
    "address_key",
    "composed",
    "contacts_of",
    "letter_of",
    "message_id",
    "next_attempt",
]
