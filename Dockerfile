# One image for every role: docker run IMAGE api | worker | all | sandbox | send …
#
# Behind a private registry or a company's certificate authority, hand both over as build secrets;
# neither ends up in a layer. Leave out what you do not have; Compose then uses the image as it is:
#   docker build -t proactive-notifier \
#     --secret id=npmrc,src=$HOME/.npmrc --secret id=ca,src=$NODE_EXTRA_CA_CERTS .
#   docker compose up --wait
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca \
    if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi; \
    npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY sandbox sandbox
COPY chaos chaos
COPY bench/harness bench/harness
RUN node scripts/build.mjs

# What the product needs to run, less what only compilers, browsers and readers need: the packages
# are 129 MB with it and 55 MB without. TypeScript gets in as an optional peer of a dashboard package.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca \
    if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi; \
    npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    && cd node_modules \
    && rm -rf typescript @typescript \
       purecloud-platform-client-v2/src purecloud-platform-client-v2/dist/web-* \
    && find . -type f \( -name '*.map' -o -name '*.md' -o -name '*.d.ts' -o -name '*.d.mts' \
       -o -name '*.d.cts' \) -delete

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    API_HOST=0.0.0.0 \
    HEALTH_PORT=9090
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY scripts scripts
COPY templates templates
COPY --from=build /app/dist dist
# By number, so that an orchestrator can see that it is not root. Nothing is written at run time.
USER 1000:1000
EXPOSE 3000 9090
# Whether the process lives, not whether it is ready: a restart brings no Redis back. It is a process
# of its own, which takes seconds to start where the machine is overloaded; that is no reason to restart.
HEALTHCHECK --interval=10s --timeout=15s --start-period=30s \
    CMD ["node", "scripts/healthcheck.mjs", "/healthz", "8080/_sandbox/"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["all"]
