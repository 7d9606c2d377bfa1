# syntax=docker/dockerfile:1
# The image of the server: `docker build -t interpres .` (needs BuildKit, which Docker has used since version 23).
# docs/deployment.md says how it is run. All stages are Debian 12 (bookworm), so that the binary meets the C library it
# was linked with, and the engines the versions that the tests use.

# The page, which the binary embeds.
FROM node:26-bookworm-slim AS page
WORKDIR /src
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-progress
COPY static static
RUN npm run build

# The binary. What was downloaded and compiled stays in BuildKit's cache, so a change of ours compiles our crate alone.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=page /src/static/dist static/dist
# Cargo tells by time stamps what is new, and those of a fresh clone may be older than the cache of another revision.
RUN --mount=type=cache,id=interpres-cargo,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,id=interpres-target,target=/src/target,sharing=locked \
    find src static/dist -type f -exec touch {} + \
    && cargo build --release --locked --bin interpres \
    && cp target/release/interpres /interpres

FROM debian:bookworm-slim AS runtime

# The engines are those of `scripts/setup run`; scripts/lint-containers compares the two lists. ca-certificates are the
# authorities that outgoing TLS trusts.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        apertium \
        apertium-eng-cat \
        apertium-eng-spa \
        apertium-es-pt \
        apertium-fr-es \
        apertium-spa-cat \
        apertium-spa-ita \
        ca-certificates \
        espeak-ng \
        libpocketsphinx3 \
        openssl \
        pocketsphinx-en-us \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 interpres \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin interpres \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/interpres

COPY --chmod=0644 LICENSE NOTICE /usr/share/doc/interpres/
COPY --chmod=0755 scripts/healthcheck /usr/local/bin/interpres-healthcheck
COPY --from=build --chmod=0755 /interpres /usr/local/bin/interpres

# A settings file, if there is one, is config/interpres.yaml below this folder.
WORKDIR /etc/interpres
ENV HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/var/lib/interpres
VOLUME /var/lib/interpres
EXPOSE 3000
# By number, so that Kubernetes' runAsNonRoot can tell.
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["interpres-healthcheck"]

LABEL org.opencontainers.image.title="Interpres" \
      org.opencontainers.image.description="Live interpretation in calls, rooms and meetings: supervised actors, offline by default" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim"
# Last, for what differs at every build spoils the cache of all that follows.
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

ENTRYPOINT ["interpres"]
CMD ["serve"]
