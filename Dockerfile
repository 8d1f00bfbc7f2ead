# The demo as an image, of Debian's packages alone; compose.yaml runs it.
# With --build-arg SUITE=trixie it has PostgreSQL 17.
ARG SUITE=bookworm
FROM debian:${SUITE}-slim
WORKDIR /usr/src/gainsight_fdw
COPY . .
# what `make demo` does before the tour
RUN dev/install-packages build && \
    make -s all && \
    dev/install-extension && \
    rm -rf /var/lib/apt/lists/*
ENV GS_SANDBOX_URL=http://127.0.0.1:8020/v1 GS_SANDBOX_KEY=sandbox-key \
    PGHOST=127.0.0.1 PGPORT=5432 PGUSER=postgres PGDATA=/tmp/gainsight_fdw
USER postgres
ENTRYPOINT ["sandbox/container"]
