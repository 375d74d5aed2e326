"""What all audiences share: the closed door, the desk, errors, languages."""
