/** What a project's `runtime.options` in Pulumi.yaml say, as far as this host knows them. */
export interface RuntimeOptions {
  /** Let the SDK's program runner load TypeScript itself. */
  readonly typescript: boolean;
  /** Arguments for Node.js, before the program runner. */
  readonly nodeArgs: readonly string[];
  /** Path of the tsconfig.json that the program runner uses. */
  readonly tsconfig?: string;
}

export function runtimeOptions(options: Readonly<Record<string, unknown>> = {}): RuntimeOptions {
  const { typescript, nodeargs, tsconfig } = options;
  return {
    typescript: typescript !== false && typescript !== "false",
    nodeArgs: typeof nodeargs === "string" ? splitWords(nodeargs) : [],
    ...(typeof tsconfig === "string" && tsconfig !== "" ? { tsconfig } : {}),
  };
}

/** Splits a line into words as a shell does: blanks part them; quotes and backslashes hold them together. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  const characters = line[Symbol.iterator]();
  for (const character of characters) {
    if (character === "\\" && quote !== "'") {
      const next = characters.next();
      if (!next.done) word = (word ?? "") + next.value;
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      word ??= "";
    } else if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== undefined) throw new Error(`nodeargs: a ${quote} is not closed in ${line}`);
  if (word !== undefined) words.push(word);
  return words;
}
