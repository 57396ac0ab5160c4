import { JSON_ANSWER, JSON_PATH } from "./answers.ts";

const TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/**
 * Worker processes that answer every request with three bytes, or a small document, and write
 * nothing. Several have a queue each, so that connections fall to all of them.
 */
export function nginxConfig(folder: string, port: number, workers = 1): string {
  const apart = workers > 1 ? " reuseport" : "";
  return `
daemon off;
worker_processes ${workers};
worker_rlimit_nofile 16384;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections 12288; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  default_type text/plain;
${TEMPORARY.map((kind) => `  ${kind}_temp_path ${folder}/${kind};`).join("\n")}
  server {
    listen 127.0.0.1:${port} backlog=8192${apart};
    location = ${JSON_PATH} { default_type application/json; return 200 '${JSON_ANSWER}'; }
    location / { return 200 "ok\\n"; }
  }
}
`;
}
