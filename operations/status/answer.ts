import { within } from "../../engine/eventually.ts";
import type { Answer } from "./facts.ts";

/** Asks a source, which has its own limit of time. A failure is an answer, too: whatever is dead, the others are asked. */
export async function answered<T>(seconds: number, ask: (limit: AbortSignal) => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await within(seconds, ask(AbortSignal.timeout(seconds * 1_000))) };
  } catch (error) {
    return { problem: reasonOf(error, seconds) };
  }
}

function reasonOf(error: unknown, seconds: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError" || error.name === "AbortError") return `no answer in ${seconds} s`;
  const code = "code" in error ? String(error.code) : error.name;
  return error.message.trim().split("\n").at(-1) || code;
}
