# The bot in a container. `make image` builds it with the version of the release in its labels.
# Both stages begin with the same image: the virtual environment of the first one links to its Python.

FROM python:3.13-slim-trixie AS build
WORKDIR /source
RUN ["python", "-m", "venv", "/opt/portout"]
COPY requirements.txt ./
RUN /opt/portout/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md ./
COPY bot/ bot/
COPY handlers/ handlers/
COPY portout/ portout/
# What builds and installs is left out of what runs.
RUN /opt/portout/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
    && /opt/portout/bin/pip uninstall --yes --disable-pip-version-check setuptools pip

FROM python:3.13-slim-trixie
ARG VERSION=development
LABEL org.opencontainers.image.title="Port-out" \
      org.opencontainers.image.description="A Slack app that turns a Telnyx port-out id into a decision" \
      org.opencontainers.image.version="${VERSION}"
ENV PATH="/opt/portout/bin:${PATH}"
COPY --from=build /opt/portout /opt/portout
# The base image has no bytecode of Python's own modules, and a read-only file system takes none. Without this, each
# start and each health check would compile them. It also ends the build if a module cannot be imported.
RUN ["python", "-c", "import bot.app, bot.transport.socket_mode, portout.state.redis_store, bot.cli.check, http.client"]
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /
# A number, by which Kubernetes knows that it is not root.
USER 10001:10001
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import http.client, os, sys; connection = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT') or 3000), timeout=4); connection.request('GET', '/healthz'); sys.exit(connection.getresponse().status != 200)"]
# Without a shell in between, which would keep SIGTERM from the bot.
ENTRYPOINT ["portout-bot"]
CMD ["run"]
