/** Options of the CLI by which a person has agreed beforehand: `--yes`, `-y`, `-fy`. */
const AGREES = /^(--yes(=true)?$|-[defhjrQ]*y)/;

/**
 * The CLI's options for a command that asks before it acts. If nobody is asked, nobody reads the preview, so it is
 * skipped: it takes as long as the command itself. `npm run preview` shows it.
 * @param isImplied whether the command itself counts as the yes if there is no terminal
 */
export function unattended(
  rest: readonly string[],
  { hasTerminal, isImplied }: { readonly hasTerminal: boolean; readonly isImplied: boolean },
): string[] {
  if (rest.some((arg) => AGREES.test(arg))) return ["--skip-preview"];
  return hasTerminal || !isImplied ? [] : ["--yes", "--skip-preview"];
}
