"""What follows what, and what happens when."""
