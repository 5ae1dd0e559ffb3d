# syntax=docker/dockerfile:1
# Two images. `tier`: every tier, and the commands for operators; which one runs is the command. `front-door`: nginx with
# the built pages. Debian and not Alpine: what is measured and tested runs on glibc and its allocator.

FROM node:24-bookworm-slim AS sources
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY shared/package.json shared/
COPY publisher/package.json publisher/
COPY consumer/package.json consumer/
COPY realtime/package.json realtime/
COPY general/package.json general/
COPY lambda/package.json lambda/
COPY local/package.json local/
COPY load-tests/package.json load-tests/
COPY nginx/package.json nginx/
COPY proof/package.json proof/
COPY testing/package.json testing/
COPY web/package.json web/

# What runs needs nothing that npm would have to build, nor the `node` package: the image has its own. Not `npm ci`, for
# the reason that local/bootstrap.mjs says; versions and contents are those of the lock file.
FROM sources AS dependencies
RUN npm install --no-save --omit=dev --ignore-scripts \
  --workspace=shared --workspace=publisher --workspace=consumer --workspace=realtime --workspace=general \
  --workspace=lambda --workspace=local --workspace=nginx --workspace=proof && \
  rm -r node_modules/@scarf # reports installations; nothing needs it to run
# Of the fonts only the files that receipts are written in (shared/receipt/fonts.ts), 25 MB of 200.
RUN find node_modules/@embedpdf -path '*/fonts/*' -type f ! -name '*-Regular.*' ! -name NotoSans-Bold.ttf -delete

FROM sources AS pages
RUN npm install --no-save --ignore-scripts
COPY tsconfig.json ./
COPY shared shared
COPY web web
RUN node web/build.ts

FROM node:24-bookworm-slim AS tier
ENV NODE_ENV=production
WORKDIR /app
# All of it: npm puts some packages into the folder of the workspace that needs them.
COPY --from=dependencies /app ./
COPY ecosystem.config.js ./
COPY shared shared
COPY publisher publisher
COPY consumer consumer
COPY realtime realtime
COPY general general
COPY lambda lambda
COPY nginx nginx
COPY ops ops
COPY proof proof
COPY local local
COPY --from=pages /app/web/dist web/dist
# Named volumes take their owner from here.
RUN install -d -o node -g node /data /front-door
USER node
# Says what it waits for as long as a dependency is missing. Other images' health is in docker-compose.yml.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s \
  CMD ["node", "ops/containers/check-health.ts"]
CMD ["node", "--version"]

FROM nginx:1.28-alpine AS front-door
COPY --from=pages /app/web/dist /usr/share/seatdrop
USER nginx
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --start-interval=1s \
  CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/healthz"]
CMD ["nginx", "-e", "stderr", "-c", "/front-door/nginx.conf"]
