"""Shapes of requests and answers, filed by noun."""
