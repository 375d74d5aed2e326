"""Units and people: who belongs where, and in which category they take part."""
