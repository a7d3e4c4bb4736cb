import { closest } from "fastest-levenshtein";
import { z } from "zod";
import { schemaAt, shapeOf, unwrapped } from "./shape.ts";

export type Path = readonly (string | number)[];

/** One mistake in the configuration. */
export interface Problem {
  readonly path: Path;
  /** The present value; undefined if it is missing. */
  readonly value?: unknown;
  /** The values that are allowed. */
  readonly allowed: string;
  /** A value that could be set instead. Without one the advice is to remove the key. */
  readonly example?: string | undefined;
  /** Replaces the sentence "<key> is <value>". */
  readonly complaint?: string;
  /** The remedy if no other value helps; replaces the advice to set or remove the key. */
  readonly cure?: string | undefined;
}

/** All problems in one message, each with its remedy. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(project: string, stack: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const texts = problems.map((problem) => describe(project, stack, problem));
    super(
      `${count} in the configuration of stack ${stack}; nothing was created or changed.
For pulumi in a shell that does not know the stack: eval "$(npm run --silent env -- --stack ${stack})"\n\n${texts.join("\n\n")}\n`,
    );
    this.name = "ConfigError";
    this.problems = problems;
  }
}

function describe(project: string, stack: string, problem: Problem): string {
  const path = keyText(problem.path);
  const key = path.includes(":") ? path : `${project}:${path}`;
  const complaint = problem.complaint ?? (problem.value === undefined ? "is missing" : `is ${shown(problem.value)}`);
  const pathFlag = problem.path.length > 1 ? " --path" : "";
  const advice =
    problem.example === undefined
      ? `remove it: pulumi config rm${pathFlag} '${key}' --stack ${stack}`
      : `set it:    pulumi config set${pathFlag} '${key}' ${shellWord(problem.example)} --stack ${stack}`;
  const cure = problem.cure === undefined ? advice : `cure:      ${problem.cure}`;
  return `  ${key} ${complaint}\n    allowed:   ${problem.allowed}\n    ${cure}`;
}

/** A value as JSON, without the private keys in it. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "string" && part.includes("PRIVATE KEY") ? "(a private key)" : part,
  );
}

/** `servers[0].name`, as `pulumi config set --path` takes it. */
export function keyText(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
}

/** Translates zod's issues with `value` into problems with full paths, the offending values and examples. */
export function problemsOf(error: z.ZodError, schema: z.ZodType, value: unknown, at: Path): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const path = issue.path.filter((part) => typeof part !== "symbol");
    if (issue.code === "unrecognized_keys") {
      const known = Object.keys(shapeOf(schemaAt(schema, path)));
      return issue.keys.map((key) => unknownKey([...at, ...path, key], known));
    }
    return [
      {
        path: [...at, ...path],
        value: valueAt(value, path),
        allowed: issue.message,
        example: exampleOf(schemaAt(schema, path)),
      },
    ];
  });
}

/** The problem of a key that is not a setting; it names the nearest setting. */
export function unknownKey(path: Path, known: readonly string[]): Problem {
  const key = String(path.at(-1));
  return {
    path,
    complaint: `is not a setting; did you mean ${closest(key, known)}?`,
    allowed: known.join(", "),
  };
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((current, part) => {
    return current !== null && typeof current === "object" ? Reflect.get(current, part) : undefined;
  }, value);
}

/** A value that the schema accepts: the documented example, else the default. */
function exampleOf(schema: z.ZodType | undefined): string {
  for (let current: unknown = schema; current instanceof z.ZodType; ) {
    const example = current.meta()?.["example"];
    if (example !== undefined) return text(example);
    if (current instanceof z.ZodDefault || current instanceof z.ZodPrefault) return text(current.def.defaultValue);
    if (!(current instanceof z.ZodOptional)) break;
    current = current.unwrap();
  }
  const inner = unwrapped(schema);
  const values = inner instanceof z.ZodEnum ? inner.options : undefined;
  return values?.[0] === undefined ? "VALUE" : String(values[0]);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function shellWord(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word}'`;
}
