"""Mark Vietnamese sentences for the catalogue. Translating is the edge's work."""


def N_(sentence: str) -> str:
    """Return ``sentence`` unchanged; its only effect is that the extractor sees it."""
    return sentence
