"""Where a page may send its reader on to."""

from urllib.parse import urlsplit


def own_path(target: str) -> str | None:
    """Return ``target`` if it is a path of this site; anything else could lead away from it."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    whole = not parts.scheme and not parts.netloc and target.isprintable()
    return target if whole and target.startswith("/") and not target.startswith(("//", "/\\")) else None
