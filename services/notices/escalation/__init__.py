"""Escalation: follow each notice until its customer has it, and make the mails that are due."""

from services.notices.escalation.loop import Escalation

__all__ = ["Escalation"]
