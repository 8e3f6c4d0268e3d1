from django.apps import AppConfig


class CommonConfig(AppConfig):
    """No domain: tenancy mechanics, the clock, safe HTML."""

    name = "common"
