"""The mail channel's engine: it claims mails that are due, sends them and stores the outcome."""
