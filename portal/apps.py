from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Home, queue, portfolio, ticket page: pages that compose apps. No models."""

    name = "portal"
