/** Options of the CLI by which a person has agreed beforehand: `--yes`, `-y`, `-fy`. */
const AGREES = /^(--yes(=true)?$|-[defhjrQ]*y)/;

/** Options of the CLI by which it acts on a part of a stack, or on nothing. A short one may stand behind others: -yt. */
const PARTIAL = /^(-[a-zA-Z]*[txh]|--target|--exclude(?!-protected)|--preview-only|--help)/;

/** Whether the arguments answer the CLI's question with a yes. */
export function agrees(rest: readonly string[]): boolean {
  return rest.some((arg) => AGREES.test(arg));
}

/** Whether the arguments let the CLI act on the stack as a whole. */
export function isWhole(rest: readonly string[]): boolean {
  return !rest.some((arg) => PARTIAL.test(arg));
}

/**
 * The CLI's options for `up`. Where nobody is asked nobody reads the preview, which takes as long as the command itself;
 * `npm run preview` shows it. Without a terminal nobody can answer, and the command itself was the answer.
 */
export function unattended(rest: readonly string[], hasTerminal: boolean): string[] {
  if (agrees(rest)) return ["--skip-preview"];
  return hasTerminal ? [] : ["--yes", "--skip-preview"];
}
