"""Lists as vendors publish them, read as entries of a register; pure, no database, no framework.

What a list leaves unclear becomes a ``Question``; nothing is guessed silently.
"""
