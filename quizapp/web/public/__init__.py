"""Open to everybody: the front page, signing in, checking a receipt."""
