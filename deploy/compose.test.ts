import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { securityHeaders } from "@onrush/controller/http/requestGuards.ts";
import { readControllerSettings, readWorkerCounts } from "@onrush/controller/platform/settings.ts";
import { dryParse } from "@onrush/docs/dryParse.ts";
import { type Dockerfile, parseDockerfile } from "./dockerfile.ts";

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  container_name?: string;
  environment?: Record<string, string>;
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[]; start_period: string };
  command?: string[];
  restart?: string;
  stop_grace_period?: string;
  ulimits?: { nofile: { soft: number; hard: number } };
  volumes?: string[];
}

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const compose = parse(read("docker-compose.yml")) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const service = (name: string): Service => {
  const found = compose.services[name];
  if (found === undefined) throw new RangeError(`there is no service ${name}`);
  return found;
};
const built = services.flatMap(([name, { build }]) =>
  build === undefined ? [] : [{ name, build }],
);
const dockerfiles = readdirSync(join(root, "deploy/docker"))
  .filter((name) => name.endsWith(".Dockerfile"))
  .map((name): [string, Dockerfile] => [name, parseDockerfile(read(`deploy/docker/${name}`))]);
const dockerfile = (name: string) => {
  const found = dockerfiles.find(([file]) => file === `${name}.Dockerfile`)?.[1];
  if (found === undefined) throw new RangeError(`there is no Dockerfile of ${name}`);
  return found;
};

/** `${NAME:-default}` as Compose fills it in when NAME is not set. */
const defaults = (environment: Record<string, string> = {}) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replaceAll(/\$\{\w+:-([^}]*)\}/g, "$1"),
    ]),
  );

describe("docker-compose.yml", () => {
  test("has every part of the distributed platform and a target", () => {
    const names = ["controller", "dashboard", "mongo", "redis", "sms-gateway", "worker"];
    expect(Object.keys(compose.services).sort()).toEqual(names);
  });

  test("publishes on 127.0.0.1 only", () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports);
    expect(ports.sort()).toEqual([
      "127.0.0.1:3000:3000",
      "127.0.0.1:8080:8080",
      "127.0.0.1:9091:9091",
    ]);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test("lets workers be scaled", () => {
    const worker = service("worker");
    expect(worker.container_name).toBeUndefined();
    expect(worker.ports).toBeUndefined();
    expect(worker.volumes).toBeUndefined();
    expect(worker.ulimits?.nofile.soft).toBeGreaterThanOrEqual(20_000);
  });

  test.each(services)("%s is watched, restarted and given time to stop", (_name, one) => {
    expect(one.healthcheck?.test.length).toBeGreaterThan(1);
    expect(["CMD", "CMD-SHELL"]).toContain(one.healthcheck?.test[0]);
    expect(one.healthcheck?.start_period).toMatch(/^\d+s$/);
    expect(one.restart).toBe("unless-stopped");
    expect(one.stop_grace_period).toMatch(/^\d+s$/);
  });

  test("waits for services that have a health check", () => {
    for (const [, { depends_on = {} }] of services) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(service(name).healthcheck).toBeDefined();
        expect(condition).toBe("service_healthy");
      }
    }
    expect(Object.keys(service("controller").depends_on ?? {})).toEqual(["redis", "mongo"]);
  });

  test("goes without authentication only where ports are published on loopback", () => {
    for (const [name, { environment = {}, ports = [] }] of services) {
      if (environment["AUTH"] === undefined) continue;
      expect(name).toBe("controller");
      expect(environment["AUTH"]).toBe("none");
      expect(ports.every((port) => port.startsWith("127.0.0.1:"))).toBe(true);
    }
  });

  test("gives controller and workers an environment that they accept", () => {
    const settings = readControllerSettings(defaults(service("controller").environment));
    expect(settings).toMatchObject({
      ...{ host: "0.0.0.0", port: 8080, redisUrl: "redis://redis:6379" },
      mongodbUrl: "mongodb://mongo:27017/onrush",
    });
    const worker = defaults(service("worker").environment);
    expect(worker["REDIS_URL"]).toBe(settings.redisUrl);
    expect(readWorkerCounts(worker).threads).toBe(1);
  });

  test("keeps Redis from evicting tasks and reports", () => {
    expect(service("redis").command?.join(" ")).toContain("--maxmemory-policy noeviction");
  });

  test("names its volumes", () => {
    const used = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((v) => v.split(":")[0] ?? ""),
    );
    expect(used.sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  test.each(built)("builds $name from a Dockerfile that is there", ({ build }) => {
    expect(build.context).toBe(".");
    expect(existsSync(join(root, build.dockerfile))).toBe(true);
  });

  test("uses every Dockerfile", () => {
    const used = built.map(({ build }) => build.dockerfile.replace("deploy/docker/", ""));
    expect(used.sort()).toEqual(dockerfiles.map(([name]) => name).sort());
  });
});

/** Whether .dockerignore keeps a path out; this repository's patterns use `**` and `*` only. */
function isIgnored(path: string): boolean {
  const patterns = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return patterns.some((pattern) => {
    const source = pattern
      .replaceAll(".", "\\.")
      .replaceAll("**/", "(.*/)?")
      .replaceAll(/(?<!\.)\*/g, "[^/]*");
    return new RegExp(`^${source}(/.*)?$`).test(path);
  });
}

describe.each(dockerfiles)("%s", (name, file) => {
  test("copies what is there and what .dockerignore lets through", () => {
    for (const source of file.copied) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(isIgnored(source), source).toBe(false);
    }
  });

  test("copies from stages it has", () => {
    for (const { stage } of file.fromStages) expect(file.stages).toContain(stage);
  });

  test("starts one process in the exec form, and not as root", () => {
    expect(file.user).toMatch(/^(node|nginx)$/);
    expect(file.command?.length).toBeGreaterThan(0);
  });

  test("starts a command that exists", () => {
    const [program, script, ...args] = file.command ?? [];
    if (program === "nginx") {
      expect(name).toBe("dashboard.Dockerfile");
      return;
    }
    expect([program, script]).toEqual(["node", "cli/main.ts"]);
    expect(file.copied).toContain(dirname(script ?? ""));
    expect(dryParse(args)).toBeUndefined();
    expect(file.environment["ONRUSH_IMAGE"]).toBe("1");
  });

  test("installs the locked packages with the pnpm of the npm scripts", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const pnpm = /pnpm@\d+\.\d+\.\d+/.exec(scripts["test"] ?? "")?.[0] ?? "none";
    expect(file.run[0]).toBe(`npm install --global ${pnpm}`);
    const installs = file.run.filter((line) => line.startsWith("pnpm install"));
    expect(installs.length).toBeGreaterThan(0);
    for (const line of installs) expect(line).toContain("--frozen-lockfile");
  });
});

/** The package and every workspace package it needs at run time. */
function workspaceDependencies(folder: string, found = new Set<string>()): Set<string> {
  if (found.has(folder)) return found;
  found.add(folder);
  const manifest = JSON.parse(read(`${folder}/package.json`)) as {
    dependencies?: Record<string, string>;
  };
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (name.startsWith("@onrush/")) workspaceDependencies(name.slice("@onrush/".length), found);
  }
  return found;
}

test.each(["controller", "worker", "target"])("the image %s has every package it needs", (name) => {
  const { copied } = dockerfile(name);
  for (const folder of workspaceDependencies("cli")) {
    expect(copied).toContain(folder);
    expect(copied).toContain(`${folder}/package.json`);
  }
});

test("a worker's health check is in its image", () => {
  const [, program, script] = service("worker").healthcheck?.test ?? [];
  expect(program).toBe("node");
  expect(dockerfile("worker").copied).toContain(script);
});

describe("the dashboard's nginx", () => {
  const config = read("deploy/docker/nginx.conf");

  test("passes API, docs, health and live streams on to the controller", () => {
    const location = /location ~ (\S+) \{/.exec(config)?.[1] ?? "";
    const passed = new RegExp(location);
    const paths = ["/api/v1/runs", "/api/v1/live", "/docs", "/docs/start.js", "/openapi.json"];
    for (const path of [...paths, "/health", "/ready"]) expect(path).toMatch(passed);
    for (const path of ["/", "/runs/1", "/assets/a.js", "/docsy"]) expect(path).not.toMatch(passed);
    expect(config).toContain("set $controller http://controller:8080;");
    expect(config).toContain("proxy_set_header Upgrade $http_upgrade;");
    expect(config).toContain("proxy_set_header Host $http_host;");
  });

  test("listens where Compose publishes it", () => {
    expect(config).toContain("listen 3000;");
  });

  test("sends the same security headers as the controller", () => {
    const lines = read("deploy/docker/security_headers.conf").split("\n");
    const headers = lines.flatMap((line) => {
      const match = /^add_header (\S+) "(.*)" always;$/.exec(line);
      return match === null ? [] : [[match[1], match[2]]];
    });
    expect(Object.fromEntries(headers)).toEqual(securityHeaders);
  });
});
