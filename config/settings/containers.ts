import { z } from "zod";
import { type About, argument, whole } from "../kinds.ts";

/** The settings that several kinds of the user's own containers share. */

export const words = (what: string) =>
  z
    .array(argument(), { error: `a list: ${what}` })
    .min(1, what)
    .refine(([first]) => first !== "", `${what}, of which the first is not empty`)
    .max(256, `${what}, at most 256 words`);

/** CPUs: a number such as 0.5 or 2. */
const cpus = () => {
  const allowed = "a number of CPUs from 0.1 to 256, with at most two decimals";
  return z
    .number({ error: allowed })
    .min(0.1, allowed)
    .max(256, allowed)
    .refine((number) => Math.abs(number * 100 - Math.round(number * 100)) < 1e-6, allowed);
};

export const entrypoint = () =>
  words("the program and its first arguments")
    .optional()
    .meta({
      description: "The program that the command's words are arguments of, in place of the image's entry point.",
      unset: "the image's",
      example: ["/bin/sh", "-c"],
    } satisfies About);

export const stopSeconds = (unset: string) =>
  whole(1, 3600, "seconds")
    .optional()
    .meta({ description: "The time from SIGTERM to SIGKILL.", unset, example: 30 } satisfies About);

/** The limits of a container. Beyond its memory the kernel kills it. */
export const limits = (memory: number) => ({
  memoryMb: whole(16, 1_048_576, "MB")
    .default(memory)
    .meta({ description: "The memory of each container. The kernel kills a process that needs more." } satisfies About),
  cpus: cpus()
    .default(1)
    .meta({ description: "The CPUs that each container may use." } satisfies About),
  pids: whole(8, 32_768, "processes")
    .default(256)
    .meta({ description: "The most processes and threads in each container." } satisfies About),
});
