"""Set-up, checks and tests of the house. Standard library only: these run before anything is installed."""
