# The built dashboard behind nginx, which passes API and live streams on to the controller.
# Build it from the root of the repository:
#   docker build -f deploy/docker/dashboard.Dockerfile .
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

FROM nginx:1.29-alpine
COPY deploy/docker/nginx.conf deploy/docker/security_headers.conf /etc/nginx/
COPY --from=dashboard /opt/onrush/dashboard/dist /usr/share/nginx/html
USER nginx
EXPOSE 3000
CMD ["nginx", "-g", "daemon off;"]
