"""Lists of customers as processors keep them, read row by row; pure, no database, no framework.

What a list leaves unclear becomes a ``Question``; nothing is guessed silently.
"""
