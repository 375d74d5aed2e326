"""The JSON interface that the pages themselves use: ``/api/v1``."""
