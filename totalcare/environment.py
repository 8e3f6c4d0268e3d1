"""What the process is told from outside: words and yes-or-no's of the environment, secrets also from files."""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

# NAME_FILE may name a file that holds the secret, as Docker and Kubernetes mount them; NAME itself wins.
SECRETS = (
    "SECRET_KEY",
    "DATABASE_ADMIN_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_APP_URL",
    "DATABASE_WORKER_URL",
    "DATABASE_BACKUP_URL",
    "REDIS_URL",
    "SMTP_PASSWORD",
    "METRICS_TOKEN",
    "OIDC_CLIENT_SECRET",
)


def flag(name: str, default: bool = False) -> bool:
    """A yes or no from the environment."""
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def read_secret_files(env: MutableMapping[str, str]) -> None:
    """Put what the files named by NAME_FILE hold where NAME is looked for. Raises OSError when one can't be read."""
    for name in SECRETS:
        if not env.get(name) and (path := env.get(f"{name}_FILE")):
            env[name] = Path(path).read_text().strip()


def attachments_store(environ: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Where attached files lie: a private bucket when one is named, with boto3's own credentials; else a folder of ours."""
    if bucket := environ.get("ATTACHMENTS_BUCKET"):
        options = {
            "bucket_name": bucket,
            "region_name": environ.get("ATTACHMENTS_REGION") or None,
            "endpoint_url": environ.get("ATTACHMENTS_ENDPOINT") or None,
            "location": environ.get("ATTACHMENTS_PREFIX", ""),
            "default_acl": None,  # the bucket's own: private
            "file_overwrite": False,
        }
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(folder), "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700,
        },
    }  # fmt: skip


def single_sign_on(environ: Mapping[str, str]) -> dict[str, Any]:
    """allauth's settings of the one OpenID Connect provider; nothing when none is named."""
    if not environ.get("OIDC_SERVER_URL"):
        return {}
    app = {
        "provider_id": "company",
        "name": environ.get("OIDC_NAME", "") or "Single sign-on",
        "client_id": environ.get("OIDC_CLIENT_ID", ""),
        "secret": environ.get("OIDC_CLIENT_SECRET", ""),
        "settings": {"server_url": environ["OIDC_SERVER_URL"], "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app]}}
