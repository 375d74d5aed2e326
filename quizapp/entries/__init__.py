"""The official A4 entry."""
