import { JSON_ANSWER, JSON_PATH } from "./answers.ts";

const TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/** One worker process that answers every request with three bytes, or a small document, and writes nothing. */
export function nginxConfig(folder: string, port: number): string {
  return `
daemon off;
worker_processes 1;
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
    listen 127.0.0.1:${port} backlog=8192;
    location = ${JSON_PATH} { default_type application/json; return 200 '${JSON_ANSWER}'; }
    location / { return 200 "ok\\n"; }
  }
}
`;
}
