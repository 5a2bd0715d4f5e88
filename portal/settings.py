"""All settings, read from the environment. A bad value stops the start with one sentence.

PORTAL_ENV   demo | test | production
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set; see .env.example")
    return value


def env_int(name: str, default: int) -> int:
    try:
        return int(os.environ.get(name, default))
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number") from None


def env_list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


PORTAL_ENV = env("PORTAL_ENV", "production")
if PORTAL_ENV not in ("demo", "test", "production"):
    raise ImproperlyConfigured("PORTAL_ENV must be demo, test or production")
IS_PRODUCTION = PORTAL_ENV == "production"
DATA_DIR = Path(env("DATA_DIR", str(BASE_DIR / "var"))).resolve()
PORT = env_int("PORT", 8000)
SANDBOX_PORT = env_int("SANDBOX_PORT", 8100)
PUBLIC_URL = env("PUBLIC_URL", None if IS_PRODUCTION else f"http://localhost:{PORT}").rstrip("/")

DEBUG = False
SECRET_KEY = env("SECRET_KEY", None if IS_PRODUCTION else "only-for-demo-and-tests-" + "0" * 40)
FIELD_KEYS = env_list("FIELD_KEYS", "" if IS_PRODUCTION else "c3dpdGNoYm9hcmQtZGVtby1hbmQtdGVzdHMtb25seS0=")
if IS_PRODUCTION and (len(SECRET_KEY) < 50 or not FIELD_KEYS):
    raise ImproperlyConfigured(
        "SECRET_KEY needs 50 characters or more, and FIELD_KEYS at least one Fernet key"
    )

_public = urlsplit(PUBLIC_URL)
IS_HTTPS = _public.scheme == "https"
if IS_PRODUCTION and not IS_HTTPS:
    raise ImproperlyConfigured("PUBLIC_URL must begin with https:// in production")
ALLOWED_HOSTS = [_public.hostname or "localhost", *env_list("ALLOWED_HOSTS")]
if IS_PRODUCTION and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name its hosts")
if not IS_PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "testserver"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES and IS_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "portal",
    "accounts",
    "telephony",
    "portal.ui",
    "accounts.admin_config.RegistryConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_tables2",
]

MIDDLEWARE = [
    "telephony.views.hooks.HooksMiddleware",  # machines: nothing below is for them
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.tenancy.PersonMiddleware",
    "accounts.tenancy.TenantMiddleware",
    "portal.ui.errors.UnreadableMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
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
                "portal.ui.context.shell",
                "accounts.context.people",
            ],
            "builtins": [
                "portal.ui.templatetags.ui",
                "django.templatetags.i18n",
                "django.templatetags.l10n",
                "django.templatetags.static",
            ],
        },
    }
]
FORM_RENDERER = "portal.ui.forms.HouseRenderer"
DJANGO_TABLES2_TEMPLATE = "components/table.html"

# ---- data ----
DATABASES = {
    "default": {
        **dj_database_url.parse(env("DATABASE_URL", "postgres://portal@localhost/portal")),
        "CONN_MAX_AGE": 0 if PORTAL_ENV == "test" else 60,
        "CONN_HEALTH_CHECKS": True,
        # To compile a page's statements, as PostgreSQL does where it can and takes them to be long, takes a hundred times
        # as long as to run them.
        "OPTIONS": {"options": f"-c jit=off -c statement_timeout={env_int('STATEMENT_TIMEOUT_MS', 0)}"},
        "TEST": {"TEMPLATE": env("TEST_TEMPLATE", "") or None},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Person"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

REDIS_URL = env("REDIS_URL", "redis://localhost:6379/0")


def redis_database(url: str, offset: int) -> str:
    """The same server, `offset` databases further on."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        number = int(parse_qs(parts.query).get("db", ["0"])[0])
        return f"unix://{parts.path}?db={number + offset}"
    number = int(parts.path.strip("/") or 0)
    return parts._replace(path=f"/{number + offset}").geturl()


def celery_url(url: str) -> str:
    """Celery's spelling of a Redis address: unix:///path?db=0 becomes redis+socket:///path?virtual_host=0."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{unquote(parts.path)}?virtual_host={number}"


if PORTAL_ENV == "test" and (_worker := os.environ.get("PYTEST_XDIST_WORKER", "")):
    # Each test process has its own; the first is that of the browser tests beside them.
    REDIS_URL = redis_database(REDIS_URL, 2 + 2 * int(_worker.removeprefix("gw")))
CACHE_URL = env("CACHE_URL", redis_database(REDIS_URL, 1))
CACHES = {
    "default": {
        "BACKEND": "portal.lib.cache.ForgivingRedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "sb",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# ---- work ----
CELERY_BROKER_URL = celery_url(REDIS_URL)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "sync"
CELERY_TASK_ROUTES = {
    "telephony.tasks.dispatch": {"queue": "interactive"},  # never behind a long sync
    "telephony.tasks.advance_run": {"queue": "sync"},
    "telephony.tasks.advance_job": {"queue": "reports"},
    "telephony.tasks.settle_change": {"queue": "interactive"},
}
DISPATCH_EVERY_S = env_int("DISPATCH_EVERY_S", 60)
CELERY_BEAT_SCHEDULE = {
    "isolation": {"task": "telephony.tasks.prove_isolation", "schedule": crontab(hour="2", minute="40")},
    "retention": {"task": "telephony.tasks.open_retention", "schedule": crontab(hour="1", minute="20")},
    "dispatch": {
        "task": "telephony.tasks.dispatch",
        "schedule": float(DISPATCH_EVERY_S),
        "options": {"expires": DISPATCH_EVERY_S},
    },
}

# How long things take, in seconds; a test may scale them.
LEASE_S = env_int("LEASE_S", 90)
WORKER_SILENT_S = env_int(
    "WORKER_SILENT_S", 150
)  # two dispatches and a bit: a worker that misses both has stopped
TASK_BUDGET_S = env_int("TASK_BUDGET_S", 200)
ALERTS_EVERY_S = env_int("ALERTS_EVERY_S", 300)
RUN_TURN_S = env_int("RUN_TURN_S", 5)
BULK_TURN_S = env_int("BULK_TURN_S", 10)  # its queue also takes up what people wait for
EXPORT_BATCH = env_int("EXPORT_BATCH", 5_000)
EXPORT_COPY = env_int("EXPORT_COPY", 100_000)  # rows that PostgreSQL writes at once
COUNTING_BUDGET_S = 0.8  # of a request that counts calls of a figure step by step
COUNTING_CALLS = env_int("COUNTING_CALLS", 200_000)  # of a step, which takes about a second
WORK_TRIES = env_int("WORK_TRIES", 3)
BACKFILL_MONTHS = env_int("BACKFILL_MONTHS", 12)  # of calls, at first; each connection has its own
EDIT_DEADLINE_S = 10
SETTLE_AFTER_S = (2, 10, 60)
PREVIEW_LIFETIME_S = 30 * 60

# ---- calls as they happen ----
HOOK_WINDOW_S = env_int("HOOK_WINDOW_S", 10)  # in which at most so many requests are taken:
HOOK_MOST_OF_SECRET = env_int("HOOK_MOST_OF_SECRET", 600)
HOOK_MOST_OF_ADDRESS = env_int("HOOK_MOST_OF_ADDRESS", 30_000)  # one address sends the events of all lines
HOOK_MOST_MISSES = env_int("HOOK_MOST_MISSES", 50)  # with a secret that nobody has
HOOK_LONGEST_STREAM = env_int("HOOK_LONGEST_STREAM", 500_000)  # about 200 MB in the broker
LIVE_MOST_STREAMS = env_int(
    "LIVE_MOST_STREAMS", 8
)  # in one process; each holds a thread of it, above that boards ask
LIVE_RING_S = env_int("LIVE_RING_S", 30 * 60)  # after so long without a word a call is over
LIVE_TALK_S = env_int("LIVE_TALK_S", 4 * 3600)

# ---- outside ----
OUTBOUND_ALLOW = env_list("OUTBOUND_ALLOW")
OUR_ADDRESSES = env_list(
    "OUR_ADDRESSES", "" if IS_PRODUCTION else "127.0.0.1"
)  # as providers see this server
METRICS_TOKEN = env("METRICS_TOKEN", "")

# ---- people ----
AUTHENTICATION_BACKENDS = ["accounts.auth_backends.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if PORTAL_ENV == "test":  # a slow hash protects nobody there, and costs a second a sign-in
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_FORMS = {
    "login": "accounts.sign_in_forms.LoginForm",
    "add_email": "accounts.sign_in_forms.AddEmailForm",
    "change_password": "accounts.sign_in_forms.ChangePasswordForm",
    "set_password": "accounts.sign_in_forms.SetPasswordForm",
    "reset_password": "accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.sign_in_forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "accounts.sign_in_forms.AuthenticateForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticateByCodeForm",
    "activate_totp": "accounts.sign_in_forms.ActivateTOTPForm",
    "add_webauthn": "accounts.sign_in_forms.AddWebAuthnForm",
    "edit_webauthn": "accounts.sign_in_forms.EditWebAuthnForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "Switchboard"
MFA_TOTP_TOLERANCE = 1  # thirty seconds to either side: a code is still typed while the next one comes
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
USERSESSIONS_TRACK_ACTIVITY = False  # PersonMiddleware notes it every five minutes, not at every request
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

_prefix = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}session"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
LANGUAGE_COOKIE_NAME = "language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_IDLE_S = env_int("SESSION_IDLE_S", 12 * 3600)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

# ---- mail ----
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "Switchboard <portal@localhost>")
MAIL_DIR = DATA_DIR / "mail"
EMAIL_URL = env("EMAIL_URL", "")
if EMAIL_URL:
    _mail = urlsplit(EMAIL_URL)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp+tls"
    EMAIL_TIMEOUT = 10
elif PORTAL_ENV == "demo":
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(MAIL_DIR)
else:
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    if IS_PRODUCTION:
        raise ImproperlyConfigured("EMAIL_URL is not set: smtps://user:password@host:465")

# ---- words and files ----
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
GENERATED_STATIC = DATA_DIR / "generated"
STATICFILES_DIRS = [BASE_DIR / "static"]
NODE_MODULES = Path(env("NODE_MODULES", str(BASE_DIR / "node_modules")))
NPM_FILES = {
    "tom-select": ["dist/js/tom-select.base.min.js"],
    "@fontsource-variable/instrument-sans": [
        "standard.css",
        "files/instrument-sans-latin-standard-normal.woff2",
        "files/instrument-sans-latin-ext-standard-normal.woff2",
    ],
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "portal.static_files.NpmFinder",
    "portal.static_files.SpriteFinder",
    "portal.static_files.TablerFinder",
]
_storage = {
    "production": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    "demo": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    "test": "django.contrib.staticfiles.storage.StaticFilesStorage",
}[PORTAL_ENV]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files"},
    },
    "staticfiles": {"BACKEND": _storage},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = PORTAL_ENV == "test"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "redact": {"()": "portal.lib.redaction.RedactFilter"},
        "no_hooks": {"()": "portal.lib.redaction.HookFilter"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact"]}},
    "loggers": {"django.request": {"filters": ["no_hooks"]}},
    "root": {"handlers": ["console"], "level": "INFO" if IS_PRODUCTION else "WARNING"},
}
