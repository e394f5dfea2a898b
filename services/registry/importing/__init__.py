"""Lists as vendors publish them, read as entries of a register; pure, no database, no framework.

What a list does not say plainly is asked about (``Question``) and never guessed silently.
"""
