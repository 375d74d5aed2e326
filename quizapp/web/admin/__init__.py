"""The administrator's rooms."""
