"""The rules of notices: who is told, what is said, where to, and what became of it."""
