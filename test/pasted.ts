import type { StackSettings } from "./examples.ts";

/** The commands in the cures of an error's text, as a user would copy them. */
export function cures(text: string): string[] {
  return [...text.matchAll(/^ *(?:set it|remove it): +(pulumi .*)$/gm)].flatMap(([, command]) => command ?? []);
}

/** The settings after a user has pasted all cures of an error's text into a shell, from the first to the last. */
export function pasted(settings: StackSettings, text: string): StackSettings {
  const after = structuredClone(settings);
  for (const command of cures(text)) {
    const [pulumi, config, verb, ...rest] = words(command);
    const at = rest.indexOf("--stack");
    const end = rest.indexOf("--");
    // A value that begins with a hyphen stands behind --, and no option does.
    const options = end < 0 ? rest : rest.slice(0, end);
    const behind = end < 0 ? [] : rest.slice(end + 1);
    const [key = "", ...values] = [...options.filter((word) => word !== "--path").slice(0, -2), ...behind];
    if (
      pulumi !== "pulumi" ||
      config !== "config" ||
      !["set", "rm"].includes(verb ?? "") ||
      at !== options.length - 2 ||
      (end < 0 && values.some((value) => value.startsWith("-")))
    ) {
      throw new Error(`nobody could paste ${command}`);
    }
    const path = rest.includes("--path") ? parts(key) : [key];
    if (verb === "rm") removeAt(after, path);
    else setAt(after, path, rest.includes("--path") ? parsed(values[0] ?? "") : values[0]);
  }
  return after;
}

/** The words that a shell makes of a line. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|\\(.)/g, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? ""),
  );
}

/** The parts of a path in the CLI's form: `foobar:servers[0].name`, `foobar:loadBalancer.headers["a.b"]`. */
function parts(key: string): string[] {
  const found = [...key.matchAll(/\["((?:\\"|[^"])*)"\]|\[(\d+)\]|([^.[\]]+)/g)];
  return found.map(([, quoted, index, name]) => quoted?.replaceAll('\\"', '"') ?? index ?? name ?? "");
}

function setAt(settings: object, path: readonly string[], value: unknown): void {
  const [last = "", ...inner] = path.toReversed();
  const parent = inner.reduceRight<object>((object, name) => {
    const child: unknown = Reflect.get(object, name) ?? {};
    if (typeof child !== "object" || child === null) throw new Error(`${path.join(".")}: ${name} holds no settings`);
    Reflect.set(object, name, child);
    return child;
  }, settings);
  Reflect.set(parent, last, value);
}

/** The CLI moves the entries behind a removed one up, and does nothing where there is no such entry. */
function removeAt(settings: object, path: readonly string[]): void {
  const [last = "", ...inner] = path.toReversed();
  const parent = inner.reduceRight<unknown>(
    (object, name) => (typeof object === "object" && object !== null ? Reflect.get(object, name) : undefined),
    settings,
  );
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (typeof parent === "object" && parent !== null) Reflect.deleteProperty(parent, last);
}

/** A value in the CLI's form: lists and objects are JSON texts. */
function parsed(value: string): unknown {
  return /^(true|false|0|-?[1-9]\d*)$/.test(value) ? JSON.parse(value) : value;
}
