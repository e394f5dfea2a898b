"""Escalation: watches every notice until somebody has it, and makes the mails that are due."""

from services.notices.escalation.facts import Stores
from services.notices.escalation.loop import Escalation, first_look

__all__ = ["Escalation", "Stores", "first_look"]
