"""Receivers that misbehave on purpose, on loopback only, for every test that sends webhooks."""
