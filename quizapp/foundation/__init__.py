"""What every stage stands on: a closed list of small doors."""
