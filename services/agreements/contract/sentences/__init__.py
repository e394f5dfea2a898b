"""The agreed terms as sentences of a contract, in the language of its document: pure functions."""
