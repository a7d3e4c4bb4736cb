import { z } from "zod";
import { meantScalar } from "./meant.ts";
import { didYouMean, nearest } from "./nearest.ts";
import { hasParts, isCipher, isEncrypted, kindOf, schemaAt, shapeOf, unwrapped } from "./shape.ts";

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
  /** Another one, where it is not clear which was meant. */
  readonly orElse?: string | undefined;
  /** Replaces the sentence "<key> is <value>". */
  readonly complaint?: string;
  /** The remedy if no other value helps; replaces the advice to set or remove the key. */
  readonly cure?: string | undefined;
}

/** All problems in one message, each with its remedy. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  /** @param texts keys whose values are JSON texts in the stack's file */
  constructor(project: string, stack: string, problems: readonly Problem[], texts: readonly string[] = []) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const first = texts.length === 0 ? "" : `\n${madeObjects(stack, texts)}`;
    const described = inOrder(problems).map((problem) => describe(project, stack, problem));
    super(
      `${count} in the configuration of stack ${stack}; nothing was created or changed.
For pulumi in a shell that does not know the stack: eval "$(npm run --silent env -- --stack ${stack})"${first}\n\n${described.join("\n\n")}\n`,
    );
    this.name = "ConfigError";
    this.problems = problems;
  }
}

function madeObjects(stack: string, texts: readonly string[]): string {
  return `First make lists and objects of the JSON texts in ${texts.join(", ")}, whose parts pulumi cannot change: npm run preview -- --stack ${stack}`;
}

/**
 * The problems in an order in which a user can paste all remedies. The CLI moves up the entries behind one that it
 * removes, so entries of lists are removed after the others, and the last of a list first. What replaces a whole comes
 * behind all that is in it.
 */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const index = ({ path, example, cure }: Problem) => {
    const last = path.at(-1);
    return typeof last === "number" && example === undefined && cure === undefined ? last : undefined;
  };
  const isWhole = ({ path }: Problem) =>
    problems.some(
      (other) => other.path.length > path.length && path.every((part, place) => other.path[place] === part),
    );
  const removals = problems.filter((problem) => index(problem) !== undefined);
  const others = problems.filter((problem) => index(problem) === undefined);
  return [
    ...others.filter((problem) => !isWhole(problem)),
    ...removals.sort((one, other) => (index(other) ?? 0) - (index(one) ?? 0)),
    ...others.filter(isWhole),
  ];
}

function describe(project: string, stack: string, given: Problem): string {
  const isSecretText = isCipher(given.value) && !isGeneration(given.path);
  const problem = isSecretText ? { ...given, ...ENCRYPTED } : given;
  const path = keyText(problem.path);
  const isForeign = problem.path.length === 1 && path.includes(":");
  const key = isForeign ? path : `${project}:${path}`;
  const complaint = problem.complaint ?? (problem.value === undefined ? "is missing" : `is ${shown(problem)}`);
  const pathFlag = problem.path.length > 1 ? " --path" : "";
  const command = `pulumi config set${pathFlag} ${quoted(key)}`;
  const set = `set it:    ${command}`;
  const advice = isSecretText
    ? `${set} --plaintext "$(pulumi config get${pathFlag} ${quoted(key)} --stack ${stack})" --stack ${stack}`
    : problem.example === undefined
      ? `remove it: pulumi config rm${pathFlag} ${quoted(key)} --stack ${stack}`
      : [
          `set it:    ${setting(command, problem.example, stack)}`,
          ...(problem.orElse === undefined ? [] : [`or:        ${setting(command, problem.orElse, stack)}`]),
        ].join("\n    ");
  const cure = problem.cure === undefined ? advice : `cure:      ${problem.cure}`;
  return `  ${key} ${complaint}\n    allowed:   ${problem.allowed}\n    ${cure}`;
}

/** Sets a value. One that begins with a hyphen would be an option, if no -- stood before it. */
function setting(command: string, value: string, stack: string): string {
  return value.startsWith("-")
    ? `${command} --stack ${stack} -- ${shellWord(value)}`
    : `${command} ${shellWord(value)} --stack ${stack}`;
}

/** Whether a setting is the generation of a secret, a number: in clear a secret would only be betrayed. */
function isGeneration([key]: Path): boolean {
  return key === "secrets";
}

/** Whether a setting is a login to a registry, or its password, or a secret of monitoring. */
function isLogin([key, part, last]: Path): boolean {
  return (key === "registries" && last !== "username") || (key === "monitoring" && part === "secrets");
}

/** A value as JSON, without the private keys and passwords in it. */
function shown({ path, value }: Problem): string {
  // Somebody who sets a text here has taken the setting for the secret itself.
  if (isGeneration(path) && typeof value !== "number") return "(not shown)";
  if (isLogin(path)) return "(not shown)";
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "string") return part;
    return part.includes("PRIVATE KEY")
      ? "(a private key)"
      : part.replace(/(\/\/[^/:@\s]*|^[^/:@\s]+):(?!\/\/)\S*@/g, "$1:…@");
  });
}

/** `servers[0].name` and `headers["a.b"]`, as `pulumi config set --path` takes it. */
export function keyText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    if (text === "") return part;
    return /^[\w-]+$/.test(part) ? `${text}.${part}` : `${text}["${part.replaceAll('"', '\\"')}"]`;
  }, "");
}

/** Translates zod's issues with `value` into problems with full paths, the offending values and examples. */
export function problemsOf(error: z.ZodError, schema: z.ZodType, value: unknown): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const path = issue.path.filter((part) => typeof part !== "symbol");
    const part = schemaAt(schema, path);
    const own = valueAt(value, path);
    if (isEncrypted(own) && !isGeneration(path))
      return [{ path, value: own, ...ENCRYPTED, cure: hasParts(part) ? IN_CLEAR : undefined }];
    const kind = kindOf(part, own);
    if (issue.code === "invalid_union" && kind !== part) return problemsWithin(path, kind, own);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey([...path, key], Object.keys(shapeOf(part))));
    }
    if (issue.code === "invalid_key") {
      const names = issue.issues.map(({ message }) => message).join(", and ");
      return [{ path, complaint: "has a name that is not allowed", allowed: names }];
    }
    const allowed = issue.message;
    const cure = issue.code === "custom" ? issue.params?.["cure"] : undefined;
    if (typeof cure === "string") return [{ path, value: own, allowed, cure }];
    const broken = brokenJson(part, path, own) ?? lostText(part, own);
    return [
      broken === undefined ? { path, value: own, allowed, ...proposalFor(part, own) } : { path, allowed, ...broken },
    ];
  });
}

/** The problems of a list or an object where the setting may also be of another kind. */
function problemsWithin(path: Path, kind: z.ZodType | undefined, value: unknown): Problem[] {
  const error = kind?.safeParse(value).error;
  if (kind === undefined || error === undefined) return [];
  return problemsOf(error, kind, value).map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
}

/** A text that was meant to be a list or an object, and is no valid JSON. It may be long, and hold secrets. */
function brokenJson(schema: z.ZodType | undefined, path: Path, value: unknown): Remedy | undefined {
  if (!hasParts(schema) || typeof value !== "string" || !/^\s*[{[]/.test(value)) return undefined;
  try {
    JSON.parse(value);
    return undefined;
  } catch (error) {
    const reason = isGeneration(path) || isLogin(path) || !(error instanceof Error) ? "" : `: ${error.message}`;
    return { complaint: `is no valid JSON${reason}`, cure: "correct the JSON text; nothing else in it has to change" };
  }
}

/** A number whose text is unknown: 1.10 is 1.1 to YAML. */
function lostText(schema: z.ZodType | undefined, value: unknown): Remedy | undefined {
  if (!(unwrapped(schema) instanceof z.ZodString) || typeof value !== "number") return undefined;
  return {
    complaint: "is a number, whose digits may not be those that were written",
    cure: 'put it in quotes in the stack\'s file, as in "1.10", or add --type string to pulumi config set',
  };
}

type Remedy = Required<Pick<Problem, "complaint" | "cure">>;

/** Of a list or an object: to set it in clear as a whole would write the secrets in it to the stack's file. */
const IN_CLEAR =
  "set it in clear without its secret texts, then encrypt each of those alone, as in loadBalancer.tls.key: pulumi config set --secret --path";

/** Commands that read a stack's file do without texts that are encrypted, but not without other values. */
const ENCRYPTED = {
  complaint: "is encrypted, and only the Pulumi CLI decrypts it",
  allowed: "a value in clear, because the project's commands read it from the file of the stack",
};

/** The problem of a key that is not a setting; it names the nearest setting. */
export function unknownKey(path: Path, known: readonly string[]): Problem {
  const key = String(path.at(-1));
  return {
    path,
    complaint: `is not a setting${didYouMean(key, known)}`,
    allowed: known.join(", "),
  };
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((current, part) => {
    return current !== null && typeof current === "object" ? Reflect.get(current, part) : undefined;
  }, value);
}

/** What to set instead of a value. Where nobody can say whether yes or no was meant, both. */
function proposalFor(schema: z.ZodType | undefined, value: unknown): Pick<Problem, "example" | "orElse"> {
  const isOpen =
    unwrapped(schema) instanceof z.ZodBoolean && value !== undefined && meantScalar(schema, value) === undefined;
  return isOpen ? { example: "true", orElse: "false" } : { example: exampleOf(schema, value) };
}

/** A value that the schema accepts: the one that was meant, else the documented example, else the default. */
function exampleOf(schema: z.ZodType | undefined, value: unknown): string | undefined {
  const meant = meantScalar(schema, value) ?? meantChoice(schema, value) ?? meantKeys(schema, value);
  if (meant !== undefined) return text(meant);
  for (let current: unknown = schema; current instanceof z.ZodType; ) {
    const example = current.meta()?.["example"];
    if (example !== undefined) return text(example);
    if (current instanceof z.ZodDefault || current instanceof z.ZodPrefault) return text(current.def.defaultValue);
    if (!(current instanceof z.ZodOptional)) break;
    current = current.unwrap();
  }
  return choicesOf(schema)[0];
}

function choicesOf(schema: z.ZodType | undefined): string[] {
  const inner = unwrapped(schema);
  return inner instanceof z.ZodEnum ? inner.options.map(String) : [];
}

/** The choice that a mistyped one was meant to be; `false` was meant to be `off`. */
function meantChoice(schema: z.ZodType | undefined, value: unknown): string | undefined {
  const choices = choicesOf(schema);
  if (value === false) return choices.find((choice) => choice === "off");
  return typeof value === "string" ? nearest(value, choices) : undefined;
}

/** A list of an object's keys was meant to be the object. */
function meantKeys(schema: z.ZodType | undefined, value: unknown): string | undefined {
  const shape = shapeOf(schema);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const examples = value.map((key): [string, unknown] => [String(key), shape[String(key)]?.meta()?.["example"]]);
  if (examples.some(([, example]) => example === undefined)) return undefined;
  return JSON.stringify(Object.fromEntries(examples));
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A word as a shell takes it: in quotes where it needs them. */
export function shellWord(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : quoted(word);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
