"""Settings. A process is one database role: app (web, shell), worker (Celery, sweeps) or owner (migrate)."""

import os
import sys
import zoneinfo
from pathlib import Path

import dj_database_url
from celery.schedules import schedule
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from . import logs
from .environment import attachments_store, flag, read_secret_files, single_sign_on

# One version of the time zone data everywhere, the pinned package's: an update of the machine moves no due instant.
zoneinfo.reset_tzpath(())

BASE_DIR = Path(__file__).resolve().parent.parent

read_secret_files(os.environ)
DEBUG = flag("DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("SECRET_KEY is not set: give 50 or more random characters in the environment.")
    SECRET_KEY = "only-for-development"  # noqa: S105
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]
SITE_URL = os.environ.get("SITE_URL", f"http://localhost:{os.environ.get('PORT', '8000')}").rstrip("/")
STATE_DIR = Path(os.environ.get("TOTALCARE_STATE", BASE_DIR / "var"))

DATABASE_ROLE = os.environ.get("DATABASE_ROLE", "app")
DATABASE_URL = os.environ.get(
    f"DATABASE_{DATABASE_ROLE.upper()}_URL", f"postgresql://totalcare_{DATABASE_ROLE}@127.0.0.1/totalcare"
)
DATABASES = {
    "default": {
        **dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True),
        "TEST": {"NAME": os.environ.get("TEST_DATABASE", "test_totalcare")},
    }
}
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "totalcare",
    }
}

# Floors, from the top; the packages they stand on come after.
INSTALLED_APPS = [
    "portal",
    "integrations",
    "escalation",
    "tickets",
    "contracts",
    "slo",
    "accounts",
    "notifications",
    "audit",
    "common",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "totalcare.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "integrations.middleware.TokenMiddleware",
    "accounts.middleware.TenancyMiddleware",
    "accounts.middleware.PersonMiddleware",
    "integrations.middleware.IdempotencyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.SecondStepMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "totalcare.urls"
WSGI_APPLICATION = "totalcare.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portal.context.shell",
            ],
        },
    }
]

# Who
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.adapter.AddressBackend"]  # single sign-on signs in by it too
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation proves the address; there is no public sign-up
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_CHANGE_EMAIL = True  # one address each; a new one replaces it once its link was followed
ACCOUNT_EMAIL_NOTIFICATIONS = True  # what changes a person's way in is told to the person, at the old address too
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Total Care] "
ACCOUNT_FORMS = {"reset_password": "accounts.forms.ResetForm"}

SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS = single_sign_on(os.environ)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
OIDC_DOMAINS = [
    one for one in os.environ.get("OIDC_DOMAINS", "").lower().split(",") if one
]  # whom the provider speaks for
OIDC_ORIGIN = "/".join(os.environ.get("OIDC_SERVER_URL", "").split("/")[:3])

MFA_ADAPTER = "accounts.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Total Care"
STAFF_SECOND_STEP = flag("STAFF_SECOND_STEP", not DEBUG)  # Valiantys's people need a second step of sign-in

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["common.formats"]

# Static files and mail
STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": attachments_store(os.environ, STATE_DIR / "files"),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if "collectstatic" in sys.argv or (STATIC_ROOT / "staticfiles.json").exists()
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MAIL_DIR = STATE_DIR / "mail"
EMAIL_URL = os.environ.get("SMTP_HOST", "")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if EMAIL_URL else "notifications.files.MailFileBackend"
EMAIL_HOST = EMAIL_URL or "localhost"
EMAIL_PORT = int(os.environ.get("SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SMTP_PASSWORD", "")
EMAIL_USE_TLS = flag("SMTP_TLS", True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "Total Care <no-reply@totalcare.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
DEV_MAIL_PAGES = DEBUG and not EMAIL_URL  # the local outbox at /dev/mail/

# Safety
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *filter(None, [OIDC_ORIGIN])],  # a form leads on to the provider
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "accounts.sessions"
MESSAGE_STORAGE = "common.drafts.DraftStorage"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE = flag("SECURE", not DEBUG)  # behind TLS; off for the local demo, which speaks plain HTTP
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
BEHIND_PROXY = flag("BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)  # whose sign-ins are too many: the visitor's, not the proxy's
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")  # without one, /metrics is for nobody
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
ATTACHMENT_MAX_BYTES = int(os.environ.get("ATTACHMENT_MAX_MB", "25")) * 1024 * 1024
ATTACHMENT_MAX_FILES = int(os.environ.get("ATTACHMENT_MAX_FILES", "10"))
DATA_UPLOAD_MAX_NUMBER_FILES = max(1_000, ATTACHMENT_MAX_FILES)  # those over the limit are counted, not kept
FILE_UPLOAD_HANDLERS = [
    "common.uploads.LimitedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "integrations.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.strict.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "common.api.pages.NewestFirst",
    "DEFAULT_THROTTLE_CLASSES": ["common.api.throttles.PersonThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "common.api.problems.handle",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
}
API_RATES = {
    "read": os.environ.get("API_READS", "600/min"),
    "write": os.environ.get("API_WRITES", "60/min"),
}  # a person
SPECTACULAR_SETTINGS = {
    "TITLE": "Total Care",
    "DESCRIPTION": "Tickets, promises and hours of Total Care. The guide with examples: docs/api.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": False,
    "ENABLE_DJANGO_DEPLOY_CHECK": True,
    "POSTPROCESSING_HOOKS": ["common.api.schema.say_what_may_go_wrong"],
    "PATH_CONVERTER_OVERRIDES": {
        "reference": {"type": "string", "pattern": "^[A-Z][A-Z0-9]{0,9}-[0-9]{1,9}$"},
        "id": {"type": "integer", "format": "int64", "minimum": 0, "maximum": 10**18 - 1},
    },
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},  # asks nobody else
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Celery: truth lives in PostgreSQL, Redis only rings the bell; whatever is lost there, a later tick finds again.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "celerybeat-schedule")
TICK_SECONDS = float(os.environ.get("TICK_SECONDS", "10"))
# A bell that lay about rings once at most a little later, so it may wait longer than any two machines' clocks differ: by a
# worker's clock that is ahead, one that expires with the next would never ring.
BELL_SECONDS = 900
ENGINE_ALARM_TO = [one.strip() for one in os.environ.get("ENGINE_ALARM_TO", "").split(",") if one.strip()]
ENGINE_ALARM_AFTER = float(os.environ.get("ENGINE_ALARM_AFTER", "120"))  # seconds of silence
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "escalation.tasks.tick",
        "schedule": schedule(TICK_SECONDS),
        "options": {"expires": BELL_SECONDS},
    },
    "send": {
        "task": "notifications.tasks.send_due",
        "schedule": schedule(5),
        "options": {"expires": BELL_SECONDS},
    },
    "long-work": {
        "task": "tickets.tasks.do_long_work",
        "schedule": schedule(2),
        "options": {"expires": 2},
    },
    "forget": {
        "task": "integrations.tasks.forget",
        "schedule": schedule(3600),
        "options": {"expires": 3600},
    },
    "close": {
        "task": "tickets.tasks.close_resolved",
        "schedule": schedule(600),
        "options": {"expires": BELL_SECONDS},
    },
    "renewals": {
        "task": "contracts.tasks.remind_renewals",
        "schedule": schedule(3600),
        "options": {"expires": 3600},
    },
    "end": {
        "task": "contracts.tasks.end_contracts",
        "schedule": schedule(3600),
        "options": {"expires": 3600},
    },
    "settle": {
        "task": "contracts.tasks.settle_proposals",
        "schedule": schedule(60),
        "options": {"expires": BELL_SECONDS},
    },
    "feeds": {
        "task": "slo.tasks.ask_feeds",
        "schedule": schedule(300),
        "options": {"expires": 300},
    },
}

LOGGING = logs.configuration()

# The portal's one accent and its neutrals, as the administration's scales.
NEUTRAL = {
    "50": "#fbfbf9", "100": "#f4f4f1", "200": "#e6e6e1", "300": "#cfcfc8", "400": "#989ba5", "500": "#62656f",
    "600": "#484b54", "700": "#3a3d44", "800": "#27292e", "900": "#151619", "950": "#0f1012",
}  # fmt: skip
INK_BLUE = {
    "50": "#eef2fb", "100": "#dde4f6", "200": "#b7c8fa", "300": "#9db4f5", "400": "#6f8be0", "500": "#3a5cc0",
    "600": "#25459c", "700": "#1b357c", "800": "#16295f", "900": "#111f47", "950": "#0a1430",
}  # fmt: skip
UNFOLD = {
    "SITE_TITLE": "Total Care",
    "SITE_HEADER": "Total Care",
    "SITE_URL": reverse_lazy("portal:home"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")}],
    "COLORS": {"primary": INK_BLUE, "base": NEUTRAL},
    "SITE_ICON": lambda request: static("img/favicon.svg"),
    "DASHBOARD_CALLBACK": "totalcare.administration.front",
    "SIDEBAR": {"navigation": "totalcare.administration.navigation"},
    "STYLES": [lambda request: static("css/admin.css")],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
}
