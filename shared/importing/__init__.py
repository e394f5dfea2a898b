"""Files of rows as people send them: sheets, headings, samples, questions; pure, no database.

What the rows are about is the business of the service that reads them.
"""
