"""What every page's shell shows: where one can go, and for whom."""
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, object]:
    """Navigation by role, and the organization in sight."""
    return {"nav": [], "active_organization": None}
