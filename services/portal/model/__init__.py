"""Rules of the pages that links in mails open: pure functions."""
