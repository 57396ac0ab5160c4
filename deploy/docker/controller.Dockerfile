# The controller with the built dashboard. Build it from the root of the repository:
#   docker build -f deploy/docker/controller.Dockerfile .
FROM node:24-slim AS dashboard
RUN npm install --global pnpm@12.21.0
WORKDIR /opt/onrush
COPY package.json pnpm-workspace.yaml pnpm-lock.yaml ./
COPY dashboard/package.json dashboard/
COPY shared/package.json shared/
RUN pnpm install --frozen-lockfile --filter "@onrush/dashboard..."
COPY tsconfig.base.json ./
COPY shared shared
COPY dashboard dashboard
RUN pnpm --filter @onrush/dashboard run build

FROM node:24-slim
RUN npm install --global pnpm@12.21.0
WORKDIR /opt/onrush
COPY package.json pnpm-workspace.yaml pnpm-lock.yaml ./
COPY cli/package.json cli/
COPY controller/package.json controller/
COPY shared/package.json shared/
COPY targets/package.json targets/
COPY worker/package.json worker/
# Node strips types only outside node_modules, so the packages stay linked to their folders.
RUN pnpm install --frozen-lockfile --prod --filter "@onrush/cli..." \
  && mkdir -p /var/lib/onrush && chown node:node /var/lib/onrush
COPY shared shared
COPY targets targets
COPY worker worker
COPY controller controller
COPY cli cli
COPY examples examples
COPY onrush LICENSE ./
COPY --from=dashboard /opt/onrush/dashboard/dist dashboard/dist
ENV NODE_ENV=production ONRUSH_IMAGE=1 ONRUSH_DATA=/var/lib/onrush
USER node
EXPOSE 8080
CMD ["node", "cli/main.ts", "controller"]
