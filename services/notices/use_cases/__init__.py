"""What can be asked of notices."""

from services.notices.use_cases.deps import Deps

__all__ = ["Deps"]
