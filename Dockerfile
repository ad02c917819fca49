# syntax=docker/dockerfile:1
# Docket for running for real: the database and the job store are elsewhere (docker-compose.yml).

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY client/package.json ./client/
COPY desk/package.json ./desk/
RUN npm ci
COPY tsconfig.json tsconfig.build.json codegen.config.ts schema.graphql ./
COPY scripts/emit-explorer-assets.mjs scripts/emit-sql.mjs ./scripts/
COPY src ./src
COPY client ./client
COPY desk ./desk
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY client/package.json ./client/
COPY desk/package.json ./desk/
# Without the workspaces: the desk is files in dist/ by now. The optional ones are the embedded PostgreSQL and Node of each platform: the image has its own Node, and DATABASE_URL.
RUN npm ci --omit=dev --omit=optional --workspaces=false

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
USER node
VOLUME /data
EXPOSE 4000
# A container with RUN=worker serves no HTTP: switch this off there.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "dist/main.js"]
