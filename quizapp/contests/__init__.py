"""Rounds, windows, rubrics and papers: everything an organiser decides, as data."""
