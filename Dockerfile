# Built once with pip, then copied without it: the image holds Python, the chat and what it needs.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE LICENSE.unicode ./
COPY chatwire chatwire
COPY chatserver chatserver
COPY chatclient chatclient
RUN python -m venv --without-pip /opt/chat \
 && pip --python /opt/chat/bin/python install --no-cache-dir .

FROM python:3.13-slim
RUN useradd --system --uid 9000 --no-create-home chat \
 && install --directory --owner chat /data /tls
COPY --from=build /opt/chat /opt/chat
COPY demo /opt/chat/demo
ENV PATH=/opt/chat/bin:$PATH PYTHONUNBUFFERED=1
USER chat
VOLUME /data
EXPOSE 9000 6697
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["python", "/opt/chat/demo/health.py"]
# As process 1 it handles SIGTERM and SIGINT itself: it tells everyone, flushes and ends.
CMD ["chatserver", "--host", "::", "--port", "9000", "--data", "/data"]
