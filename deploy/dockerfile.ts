/** What the tests need to know of a Dockerfile. */
export interface Dockerfile {
  /** Sources of COPY in the repository, not those from another stage. */
  copied: string[];
  /** Sources of COPY from another stage, with its name. */
  fromStages: { stage: string; source: string }[];
  stages: string[];
  /** Of the last stage. */
  base: string;
  user: string | undefined;
  environment: Record<string, string>;
  /** The exec form's words; undefined for the shell form or none. */
  command: string[] | undefined;
  run: string[];
}

interface Instruction {
  name: string;
  text: string;
}

function instructions(text: string): Instruction[] {
  const lines = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .replaceAll(/\\\n/g, " ")
    .split("\n");
  return lines.flatMap((line) => {
    const match = /^([A-Z]+)\s+(.+)$/.exec(line.trim());
    return match === null ? [] : [{ name: match[1] ?? "", text: match[2] ?? "" }];
  });
}

function execForm(text: string): string[] | undefined {
  return text.startsWith("[") ? (JSON.parse(text) as string[]) : undefined;
}

/** Reads the instructions this repository's Dockerfiles use. */
export function parseDockerfile(text: string): Dockerfile {
  const file: Dockerfile = {
    ...{ copied: [], fromStages: [], stages: [], base: "", user: undefined },
    ...{ environment: {}, command: undefined, run: [] },
  };
  for (const { name, text: rest } of instructions(text)) {
    const words = rest.split(/\s+/);
    switch (name) {
      case "FROM":
        file.base = words[0] ?? "";
        file.user = undefined;
        file.command = undefined;
        file.environment = {};
        if (words[1] === "AS") file.stages.push(words[2] ?? "");
        break;
      case "COPY": {
        const stage = /^--from=(.+)$/.exec(words[0] ?? "")?.[1];
        const sources = words.slice(stage === undefined ? 0 : 1, -1);
        if (stage === undefined) file.copied.push(...sources);
        else file.fromStages.push(...sources.map((source) => ({ stage, source })));
        break;
      }
      case "RUN":
        file.run.push(rest);
        break;
      case "USER":
        file.user = words[0];
        break;
      case "CMD":
        file.command = execForm(rest);
        break;
      case "ENV":
        for (const pair of words) {
          const [key = "", value = ""] = pair.split("=", 2);
          file.environment[key] = value;
        }
        break;
      default:
        break;
    }
  }
  return file;
}
