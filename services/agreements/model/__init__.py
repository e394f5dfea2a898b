"""The agreement: its versions, who accepted what, and every step of its life.

    draft -> offered -> active -> terminated
                |          '---> expired     (its last day passed)
                |-> rejected    (an amendment rejected or lapsed leaves the agreement active)
                '-> expired

    to_be_confirmed -> active           (signed elsewhere; its customer confirms it)
                   |-> rejected         (or declines)
                   '-> expired

Every step is a pure function from one agreement to the next.
"""
