"""Choices marked by key, on the server, after hand-in."""
