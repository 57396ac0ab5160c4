import { access } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join, resolve } from "node:path";
import express from "express";
import type { Express, Request, Response } from "express";

const notBuilt = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Onrush</title></head>
  <body>
    <h1>Onrush is running</h1>
    <p>The dashboard has not been built yet: run <code>pnpm run build</code> and reload.</p>
    <p>The API works without it: see <a href="/docs">/docs</a>.</p>
  </body>
</html>
`;

/** A page address of the dashboard: a browser asks for HTML, and no file or API call is meant. */
function isPage(request: Request): boolean {
  const { method, path, headers } = request;
  if (method !== "GET" && method !== "HEAD") return false;
  if (path === "/") return true;
  if (/^\/api(?:\/|$)|^\/docs\//.test(path) || /\.[a-zA-Z0-9]+$/.test(path)) return false;
  return headers.accept?.includes("text/html") ?? false;
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

async function sendPage(index: string, response: Response): Promise<void> {
  response.set("Cache-Control", "no-cache").type("text/html");
  // The checkout may lie below a hidden folder.
  if (await exists(index)) response.sendFile(index, { cacheControl: false, dotfiles: "allow" });
  else response.send(notBuilt);
}

/** The built dashboard in `directory`, its page also for addresses only it knows. */
export function dashboardFiles(directory: string): (app: Express) => void {
  const root = resolve(directory);
  const index = join(root, "index.html");
  return (app) => {
    app.use(
      "/assets",
      // The bundler puts a hash of the content into these names.
      express.static(join(root, "assets"), { index: false, immutable: true, maxAge: "365d" }),
    );
    const setHeaders = (response: ServerResponse) =>
      response.setHeader("Cache-Control", "no-cache");
    app.use(express.static(root, { index: false, setHeaders }));
    app.use((request, response, next) => {
      if (isPage(request)) sendPage(index, response).catch(next);
      else next();
    });
  };
}
