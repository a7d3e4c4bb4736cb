import type { StackSettings } from "./examples.ts";

/** The commands in the cures of an error's text, as a user would copy them. */
export function cures(text: string): string[] {
  return [...text.matchAll(/^ *(?:set it|remove it): +(pulumi .*)$/gm)].flatMap(([, command]) => command ?? []);
}

/** The settings after a user has pasted all cures of an error's text into a shell. */
export function pasted(settings: StackSettings, text: string): StackSettings {
  const after = structuredClone(settings);
  for (const command of cures(text)) {
    const [, verb, key = "", value = ""] =
      /^pulumi config (set|rm)(?: --path)? '([^']+)'(?: ('[^']*'|\S+))? --stack \S+$/.exec(command) ?? [];
    if (verb === undefined) throw new Error(`nobody could paste ${command}`);
    const [last = "", ...inner] = key.replaceAll("[", ".").replaceAll("]", "").split(".").reverse();
    const parent = inner.reduceRight<object>((object, name) => {
      const child: unknown = Reflect.get(object, name) ?? {};
      if (typeof child !== "object" || child === null) throw new Error(`${key}: ${name} holds no settings`);
      Reflect.set(object, name, child);
      return child;
    }, after);
    if (verb === "rm") Reflect.deleteProperty(parent, last);
    else Reflect.set(parent, last, parsed(value.replace(/^'(.*)'$/, "$1")));
  }
  return after;
}

/** A value in the CLI's form: lists and objects are JSON texts. */
function parsed(value: string): unknown {
  return /^(true|false|0|-?[1-9]\d*)$/.test(value) ? JSON.parse(value) : value;
}
