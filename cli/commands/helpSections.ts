/** What variables of the environment do; the README has them all. */
const variables = {
  AUTH: "none: other machines may reach a controller without authentication",
  HOST: "address of the controller (127.0.0.1); any but loopback needs AUTH=none",
  LOG_LEVEL: "debug, info, warn (default), error or silent",
  MONGODB_URL: "keep scenarios and runs in MongoDB instead of SQLite",
  NO_COLOR: "with any value no colours are used",
  ONRUSH_CONTROLLER: "the controller where --controller names none",
  ONRUSH_DATA: "folder of what is stored (.onrush)",
  PORT: "port of the controller (8080); 0 takes a free one",
  REDIS_URL: "where controllers and workers find each other",
  WORKER_LABELS: "the labels where --labels names none",
  WORKER_THREADS: "engine threads of each worker (the cores less one, divided among them)",
  WORKERS: "worker processes started along with the controller (1)",
};

/** A part of a command's help: its title, and lines of two columns. */
function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
  return `\n${title}:\n${lines.join("\n")}`;
}

/** The variables that a command goes by. */
export const environmentSection = (...names: (keyof typeof variables)[]): string =>
  section(
    "Environment",
    names.map((name) => [name, variables[name]]),
  );

/** How a command that runs something ends. */
export const exitCodeSection = (): string =>
  section("Exit codes, the first that applies", [
    ["130", "interrupted by Ctrl-C"],
    ["1", "the run, or the command, has failed"],
    ["2", "the scenario, or an option, is not valid"],
    ["4", "the run is INVALID: the generator was at fault (with --strict also SUSPECT)"],
    ["3", "an SLA line is broken"],
    ["0", "everything has held"],
  ]);
