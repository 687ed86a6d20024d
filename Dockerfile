FROM python:3.11-slim AS packages
COPY requirements.txt .
RUN python -m venv /opt/desk \
    && /opt/desk/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /srv/desk --no-create-home desk \
    && install -d -o desk -g desk /srv/desk/var
WORKDIR /srv/desk
COPY --from=packages /opt/desk /opt/desk
COPY app.py desk.example.yaml manifest.json LICENSE ./
COPY blocks blocks
COPY bot bot
COPY handlers handlers
COPY sandbox sandbox
COPY storage storage
ENV HOME=/srv/desk PATH=/opt/desk/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8765
USER desk
VOLUME /srv/desk/var
EXPOSE 8765
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
CMD ["python", "app.py"]
