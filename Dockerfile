# Namehound as a container image.
#
#   docker build -t namehound .
#   docker run --rm -p 127.0.0.1:8080:8080 namehound
#
# The second command ends at once, on purpose: inside a container the server has to listen on an address that others can
# reach, and there it refuses to start until something says who may use it. It prints a fresh token, the line for the
# configuration, and what to do with both. README.md, "Docker", has the complete command.
#
# The build needs BuildKit (the default of Docker since version 23, and of Podman's build).

ARG RUST_VERSION=1.95
ARG DEBIAN=bookworm
ARG DEBIAN_NUMBER=12

# ---------------------------------------------------------------------------------------------------------- build
FROM rust:${RUST_VERSION}-${DEBIAN} AS build
WORKDIR /source
COPY . .
# Dependencies are compiled in the cache folders, which outlive the layer: a change of our own code compiles our own
# code. What is kept must be copied out of them in the same step. The empty folder becomes the data folder below, since
# the final image has no shell that could make one.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/source/target,sharing=locked \
    cargo build --release --locked --package namehound \
    && install -D --mode=0755 target/release/namehound /out/namehound \
    && mkdir /out/data

# ---------------------------------------------------------------------------------------------------------- image
# glibc, libgcc, CA certificates and time zones; no shell, no package manager. The user is 65532 (nonroot).
FROM gcr.io/distroless/cc-debian${DEBIAN_NUMBER}:nonroot

ARG VERSION=development
LABEL org.opencontainers.image.title="Namehound" \
      org.opencontainers.image.description="A Maltego transform server for domain intelligence" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"

COPY --from=build /out/namehound /usr/local/bin/namehound
COPY --from=build --chown=65532:65532 /out/data /data
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/namehound/

# A configuration file is looked for at /data/namehound.toml. Everything else works with a read-only root file system.
ENV NAMEHOUND_DATA_DIR=/data \
    NAMEHOUND_SERVER__LISTEN=0.0.0.0:8080
WORKDIR /data
USER 65532:65532
EXPOSE 8080

# The program asks itself: there is no curl here.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 \
    CMD ["/usr/local/bin/namehound", "health"]

ENTRYPOINT ["/usr/local/bin/namehound"]
CMD ["serve"]
