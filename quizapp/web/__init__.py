"""The pages and the JSON interface, one room per audience."""
