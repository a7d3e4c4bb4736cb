import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs this process's program again, with the Node.js of a folder, and waits for it. The folder becomes the first on
 * PATH, so that every process that the program starts has the same Node.js.
 * @returns the program's exit code; a signal that ends the program ends this process, too
 */
export function runAgain(folder: string): Promise<number> {
  const PATH = [folder, process.env["PATH"] ?? ""].join(delimiter);
  const args = [...process.execArgv, ...process.argv.slice(1)];
  const child = spawn(join(folder, "node"), args, { stdio: "inherit", env: { ...process.env, PATH } });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of FORWARDED) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const each of FORWARDED) process.off(each, forward);
      if (signal === null) resolve(code ?? 1);
      else process.kill(process.pid, signal);
    });
  });
}
