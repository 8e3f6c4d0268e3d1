"""Every address of the portal."""

from allauth.account.decorators import secure_admin_login
from allauth.socialaccount.views import login_cancelled, login_error
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from . import failures, health, metrics

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler400, handler404, handler500 = failures.bad_request, failures.not_found, failures.server_error
urlpatterns = [
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/single-sign-on/cancelled/", login_cancelled, name="socialaccount_login_cancelled"),
    path("accounts/single-sign-on/error/", login_error, name="socialaccount_login_error"),
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("people/", include("accounts.urls")),
    path("tickets/", include("tickets.urls")),
    path("escalations/", include("escalation.urls")),
    path("integrations/", include("integrations.urls")),
    path("api/v1/", include("totalcare.api")),
    path("", include("portal.urls")),
]
if settings.DEV_MAIL_PAGES:
    urlpatterns.append(path("dev/mail/", include("notifications.urls")))
