"""Where files lie, by setting."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.core.files.storage import FileSystemStorage
from django.core.files.storage.handler import StorageHandler
from storages.backends.s3 import S3Storage

from totalcare.environment import attachments_store


def test_a_folder_of_ours_unless_a_bucket_is_named(tmp_path: Path) -> None:
    made = StorageHandler({"attachments": attachments_store({}, tmp_path)})["attachments"]
    assert isinstance(made, FileSystemStorage)
    assert (made.location, made.file_permissions_mode) == (str(tmp_path), 0o600)


def test_a_bucket_when_one_is_named(tmp_path: Path) -> None:
    environ = {
        "ATTACHMENTS_BUCKET": "northwind-files", "ATTACHMENTS_REGION": "eu-west-3",
        "ATTACHMENTS_ENDPOINT": "https://s3.example", "ATTACHMENTS_PREFIX": "portal",
    }  # fmt: skip
    made = StorageHandler({"attachments": attachments_store(environ, tmp_path)})["attachments"]
    assert isinstance(made, S3Storage)
    assert (made.bucket_name, made.region_name, made.endpoint_url) == (
        "northwind-files",
        "eu-west-3",
        "https://s3.example",
    )
    assert (made.location, made.default_acl, made.file_overwrite) == ("portal", None, False)


def test_the_setting_reads_the_environment() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); from common.files import store; print(type(store()).__name__)"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "totalcare.settings", "ATTACHMENTS_BUCKET": "files", "DEBUG": "1"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == "S3Storage", done.stderr
