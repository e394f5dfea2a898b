"""The command `art28`: what an operator, a vendor or a customer does from a shell.

`admin`, `up` and `backup` work on an installation of this machine; all else asks the API of the one
at ART28_URL, as the client ART28_CLIENT_ID with the secret ART28_CLIENT_SECRET (decision 0090).
"""
