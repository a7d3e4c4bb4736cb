/** Options of the CLI by which a person has agreed beforehand: `--yes`, `-y`, `-fy`. */
const AGREES = /^(--yes(=true)?$|-[defhjrQ]*y)/;

/** Whether the arguments answer the CLI's question with a yes. */
export function agrees(rest: readonly string[]): boolean {
  return rest.some((arg) => AGREES.test(arg));
}

/**
 * The CLI's options for `up`. Where nobody is asked nobody reads the preview, which takes as long as the command itself;
 * `npm run preview` shows it. Without a terminal nobody can answer, and the command itself was the answer.
 */
export function unattended(rest: readonly string[], hasTerminal: boolean): string[] {
  if (agrees(rest)) return ["--skip-preview"];
  return hasTerminal ? [] : ["--yes", "--skip-preview"];
}
