/** Options of the CLI by which a person has agreed beforehand: `--yes`, `-y`, `-fy`. */
const AGREES = /^(--yes(=true)?$|-[defhjrQ]*y)/;

/**
 * The CLI's options for a command that asks before it acts. Where nobody is asked nobody reads the preview, which takes
 * as long as the command itself; `npm run preview` shows it.
 * @param isImplied whether the command itself is the agreement where no terminal can be asked
 */
export function unattended(
  rest: readonly string[],
  { hasTerminal, isImplied }: { readonly hasTerminal: boolean; readonly isImplied: boolean },
): string[] {
  if (rest.some((arg) => AGREES.test(arg))) return ["--skip-preview"];
  return hasTerminal || !isImplied ? [] : ["--yes", "--skip-preview"];
}
