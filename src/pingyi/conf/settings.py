"""Django settings, from `environment` alone."""

from pathlib import Path

from pingyi.conf import databases, environment, logs, trial

ENV = environment.read()
BASE = Path(__file__).resolve().parent.parent

if ENV.trial:
    ENV = trial.with_own_keys(ENV)
environment.use_schemes(ENV.schemes)

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = list(ENV.hosts) or ["127.0.0.1", "localhost", "[::1]"]
PINGYI = ENV

INSTALLED_APPS = [
    "pingyi.web.account",  # before those whose templates and words it replaces
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "django_prometheus",
    "pingyi.audit",
    "pingyi.clocks",
    "pingyi.directory",
    "pingyi.people",
    "pingyi.notices",
    "pingyi.files",
    "pingyi.letters",
    "pingyi.ratings",
    "pingyi.casework",
    "pingyi.integrity",
    "pingyi.privacy",
    "pingyi.supervision",
    "pingyi.accountability",
    "pingyi.publication",
    "pingyi.web.components",
    "pingyi.web.citizen",
    "pingyi.web.results",
    "pingyi.web.unit",
    "pingyi.web.office",
    "pingyi.web.inspectors",
    "pingyi.web.observatory",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "pingyi.web.components.middleware.SecurityHeaders",
    "pingyi.web.components.middleware.OnlyUtf8",
    "pingyi.web.components.middleware.NoNul",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pingyi.web.account.middleware.IdleTimeout",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "pingyi.conf.urls"
ASGI_APPLICATION = "pingyi.conf.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pingyi.web.components.context.page",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "pingyi.web.components.templatetags.components",
            ],
        },
    }
]

DATABASES = {
    "default": databases.postgresql(ENV.database_url)
    if ENV.database_url
    else databases.sqlite(ENV.data / "pingyi.sqlite3")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "pingyi.people.passwords.MinimumLength",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "pingyi.web.account.adapter.ClosedDoor"
ACCOUNT_EMAIL_VERIFICATION = "none"
# Wrong passwords are axes' affair (see the adapter); wrong codes of a second factor count here.
ACCOUNT_RATE_LIMITS = {"login": False, "login_failed": "5/15m/key"}
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "pingyi.people.factors.SealedFactors"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
# A hall's staff share one address: a lockout by address would shut out the whole office.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_LOCKOUT_TEMPLATE = "account/locked.html"

SESSION_ENGINE = "pingyi.web.account.sessions"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not ENV.trial:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = ENV.public_url.startswith("https://")
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
    SECURE_HSTS_SECONDS = 31_536_000

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE / "static_root"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LOGGING = logs.config(ENV.log)
