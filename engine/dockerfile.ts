/**
 * The images that a Dockerfile needs from elsewhere: those of FROM, and those that `--from` of COPY and RUN name. A
 * builder takes an image that its engine has from there, so it needs no login for one that was pulled before.
 * @param text of the Dockerfile
 * @param args the build's arguments, which replace the defaults of ARG
 */
export function baseImages(text: string, args: Readonly<Record<string, string>> = {}): string[] {
  const variables = new Map<string, string>();
  const stages = new Set<string>(["scratch"]);
  const images = new Set<string>();
  let isBeforeStages = true;
  const add = (name: string) => {
    const image = replaced(name, variables);
    if (image !== "" && !stages.has(image.toLowerCase()) && !/^\d+$/.test(image)) images.add(image);
  };
  for (const [word = "", ...rest] of instructions(text)) {
    const name = word.toUpperCase();
    if (name === "ARG" && isBeforeStages) {
      for (const [key = "", value = ""] of rest.map((one) => one.split(/=(.*)/s))) {
        variables.set(key, args[key] ?? replaced(unquoted(value), variables));
      }
    }
    if (name === "FROM") {
      isBeforeStages = false;
      const [image = "", as = "", stage = ""] = rest.filter((one) => !one.startsWith("--"));
      add(unquoted(image));
      if (as.toUpperCase() === "AS") stages.add(stage.toLowerCase());
    }
    for (const option of rest) {
      if (!option.startsWith("--")) break;
      const from = /^--(?:mount=(?:.*,)?)?from=([^,]+)/.exec(option)?.[1];
      if (from !== undefined) add(unquoted(from));
    }
  }
  return [...images];
}

/** The instructions in words, without comments. */
function instructions(text: string): string[][] {
  return text
    .replace(/^\s*#.*\n?/gm, "")
    .replace(/\\[ \t]*\r?\n/g, " ")
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/));
}

function unquoted(word: string): string {
  return word.replace(/^(["'])(.*)\1$/, "$2");
}

/** $NAME, ${NAME}, ${NAME:-default} and ${NAME:+other}, as FROM has them. */
function replaced(word: string, variables: ReadonlyMap<string, string>): string {
  return word.replace(/\$(?:\{(\w+)(?::([-+])([^}]*))?\}|(\w+))/g, (_, braced, operator, other, bare) => {
    const value = variables.get(braced ?? bare) ?? "";
    if (operator === "-") return value === "" ? other : value;
    return operator === "+" ? (value === "" ? "" : other) : value;
  });
}
