"""Question banks: files in, checked and frozen versions out."""
