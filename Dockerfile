# The bot in a small image, run by nobody in particular. Build: docker build -t sluice .
FROM swift:6.2-bookworm AS build
RUN apt-get update \
  && apt-get install --yes --no-install-recommends libcurl4-openssl-dev libgit2-dev libyaml-dev pkg-config zlib1g-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
# The manifest names the test targets too.
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product sluice \
  && install -D --strip "$(swift build -c release --static-swift-stdlib --show-bin-path)/sluice" /out/sluice

FROM debian:bookworm-slim
# openssh-client: signing commits with an SSH key.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates libcurl4 libgit2-1.5 libyaml-0-2 openssh-client tzdata zlib1g \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/sluice /usr/local/bin/sluice
# The cache holds no truth: mount a volume here to keep it warm, or do not.
RUN install -d -o 65532 -g 65532 /var/cache/sluice
ENV SLUICE_CACHE=/var/cache/sluice
USER 65532:65532
ENTRYPOINT ["sluice"]
CMD ["run"]
