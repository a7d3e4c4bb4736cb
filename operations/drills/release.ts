import { execa } from "execa";
import type { Machine } from "../session/machine.ts";
import type { StackName } from "../session/stackName.ts";
import { type Changes, whileChanged } from "../stack/configuration.ts";
import { stackFile } from "../stack/file.ts";
import { PROJECT, ROOT } from "../stack/project.ts";
import type { DrillContext } from "./drill.ts";

/** A drill's means to change a stack as its owner would: in the stack's file and by `pulumi up`, and back. */
export function releases(
  { stack, reference }: StackName,
  { env }: Pick<Machine, "env">,
  { signal, say }: Pick<DrillContext, "signal" | "say">,
): Pick<DrillContext, "release" | "renew"> {
  const up = async (what: string, ...options: readonly string[]) => {
    say(`up ${what}`);
    const { exitCode, all } = await execa(
      "pulumi",
      ["up", "--stack", reference, "--yes", "--skip-preview", ...options],
      {
        cwd: ROOT,
        env,
        extendEnv: false,
        stdin: "ignore",
        all: true,
        reject: false,
        // Ctrl-C reaches the CLI from the terminal; a second signal from here would make it give up at once.
        forceKillAfterDelay: false,
      },
    );
    signal.throwIfAborted();
    if (exitCode !== 0) throw new Error(`up ${what} failed:\n${all}`);
  };
  const renew = (resource: string) => up(`with another ${resource}`, "--replace", `**::${resource}`);
  const release = async (changes: Changes, meanwhile?: () => Promise<void>) => {
    const keys = Object.keys(changes).join(", ");
    try {
      await whileChanged(PROJECT, stackFile(stack), changes, async () => {
        await up(`with other ${keys}`);
        await meanwhile?.();
      });
    } finally {
      if (signal.aborted) say(`the stack may still have the drill's ${keys}; npm run up puts it right`);
      else await up("with the settings as they were");
    }
  };
  return { release, renew };
}
