import { z } from "zod";
import { schema } from "../../config/schema.ts";
import { elementOf, shapeOf, unwrapped } from "../../config/shape.ts";

interface Row {
  readonly key: string;
  readonly default: string;
  readonly allowed: string;
  readonly description: string;
}

/** The text of docs/configuration.md: every setting with its default, its allowed values and its effect. */
export function configurationPage(project: string): string {
  const sections = Object.entries(schema.shape).map(
    ([key, part]) => `## ${key}\n\n${part.description}\n\n${table(sectionRows(part, key))}\n`,
  );
  return `# Configuration

Settings are in \`Pulumi.<stack>.yaml\` below \`config\`, each top-level key as \`${project}:<key>\`. In
[a shell that knows the stack](../README.md#commands) \`pulumi config set --path '${project}:loadBalancer.port' 8081\` sets one.
Every setting has a default or may be left out.

Lists and objects may be JSON texts, as \`pulumi config set '${project}:web' '{"maxBodyMb":2}'\` writes them. \`npm run up\`
and \`npm run preview\` replace such texts with lists and objects, because \`pulumi config set --path\` would replace a
text as a whole.

All errors are reported at once, before anything is created, each with the key, the value, the allowed values, and a
command to paste. Editors complete and check a stack's file whose first line is
\`# yaml-language-server: $schema=./stack.schema.json\`.

\`npm run settings\` generates this page from [config/settings](../config/settings).

${sections.join("\n")}`;
}

/** A part that has no settings below it is a setting itself. */
function sectionRows(part: z.ZodType, key: string): Row[] {
  const below = rows(part, key);
  return below.length > 0 ? below : [row(part, key)];
}

function row(setting: z.ZodType, path: string): Row {
  return {
    key: `\`${path}\``,
    default: defaultOf(setting),
    allowed: allowedIn(setting),
    description: setting.description ?? "",
  };
}

function rows(part: z.ZodType, key: string): Row[] {
  const element = elementOf(part);
  const shape = Object.entries(shapeOf(element ?? part));
  const prefix = element !== undefined && shape.length > 0 ? `${key}[]` : key;
  return shape.flatMap(([name, setting]) => {
    const path = `${prefix}.${name}`;
    const own = row(setting, path);
    const below = rows(setting, path);
    // An object that is always there needs no row of its own: its settings have theirs.
    return unwrapped(setting) instanceof z.ZodObject && isAlwaysThere(setting) ? below : [own, ...below];
  });
}

function isAlwaysThere(setting: z.ZodType): boolean {
  return setting.safeParse(undefined).data !== undefined;
}

function defaultOf(setting: z.ZodType): string {
  const unset = setting.meta()?.["unset"];
  if (typeof unset === "string") return unset;
  const { success, data } = setting.safeParse(undefined);
  return success ? `\`${typeof data === "string" ? data : JSON.stringify(data)}\`` : "it has to be set";
}

/** The allowed values, in the words of the error message. */
function allowedIn(setting: z.ZodType): string {
  const inner = unwrapped(setting);
  if (inner instanceof z.ZodObject) return inner.safeParse({}).success ? "settings, or `{}`" : "settings";
  // Of the rules that a text breaks, the last one is the most specific.
  const issues = inner?.safeParse(inner instanceof z.ZodString ? "\0" : inner instanceof z.ZodArray ? [] : Symbol())
    .error?.issues;
  const [wrongKind] = inner?.safeParse(Symbol()).error?.issues ?? [];
  return issues?.at(-1)?.message ?? wrongKind?.message ?? "";
}

function table(settings: readonly Row[]): string {
  const lines = settings.map((row) => [row.key, row.default, row.allowed, row.description]);
  return [
    "| key | default | allowed | |",
    "| --- | --- | --- | --- |",
    ...lines.map((cells) => `| ${cells.join(" | ")} |`),
  ].join("\n");
}
