"""What all measurements stand on: an installation of their own, a crowd in it, load, and figures."""
