"""The contestant's rooms."""
