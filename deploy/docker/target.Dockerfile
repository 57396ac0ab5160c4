# A bundled server to try load on: the SMS gateway, or another when the command names it.
# Build it from the root of the repository:
#   docker build -f deploy/docker/target.Dockerfile .
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
RUN pnpm install --frozen-lockfile --prod --filter "@onrush/cli..."
COPY shared shared
COPY targets targets
COPY worker worker
COPY controller controller
COPY cli cli
COPY onrush LICENSE ./
ENV NODE_ENV=production ONRUSH_IMAGE=1
USER node
EXPOSE 9091
CMD ["node", "cli/main.ts", "target", "sms-gateway", "--host", "0.0.0.0"]
