import { execa } from "execa";

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

export async function processes(): Promise<Process[]> {
  const { stdout } = await execa("ps", ["-eo", "pid=,ppid=,args="]);
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** The descendants of a process: the processes that it has started, and theirs in turn. */
export function descendants(of: number, all: readonly Process[]): number[] {
  return all.flatMap(({ pid, parent }) => (parent === of ? [pid, ...descendants(pid, all)] : []));
}

/** Kills every process whose command line contains the word, with its descendants. */
export async function killByWord(word: string): Promise<void> {
  const all = await processes();
  const roots = all.filter(({ pid, command }) => pid !== process.pid && command.split(/[\s/=]/).includes(word));
  for (const pid of new Set(roots.flatMap((root) => [root.pid, ...descendants(root.pid, all)]))) killIfAlive(pid);
}

export function killIfAlive(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
