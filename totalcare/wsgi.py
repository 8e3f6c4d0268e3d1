"""The web process's entry."""

import logging
import os

from django.core.wsgi import get_wsgi_application

logging.captureWarnings(True)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "totalcare.settings")
application = get_wsgi_application()
