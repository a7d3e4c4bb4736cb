import { readFile } from "node:fs/promises";
import type Docker from "dockerode";
import type { z } from "zod";
import { type Settings, schema } from "../../config/schema.ts";
import { meantBy, withoutCiphers } from "../../config/shape.ts";
import { engineClient } from "../../engine/client.ts";
import { settingsIn, stackFile } from "./file.ts";
import { PROJECT, ROOT } from "./project.ts";

/** The settings that commands need before the program runs. */
export interface StackNeeds {
  readonly images: Settings["images"];
  /** The endpoint of the stack's Docker engine. */
  readonly endpoint: string;
}

/** Reads these settings from a stack's file. Defaults replace malformed settings, which the program reports later. */
export async function stackNeeds(stack: string, folder = ROOT): Promise<StackNeeds> {
  const settings = settingsIn(await readFile(stackFile(stack, folder), "utf8").catch(() => ""));
  const { images, loadBalancer } = schema.shape;
  const setting = <T>(part: z.ZodType<T>, key: string): T => {
    const result = part.safeParse(withoutCiphers(part, meantBy(part, settings[`${PROJECT}:${key}`])));
    return result.success ? result.data : part.parse(undefined);
  };
  return { images: setting(images, "images"), endpoint: setting(loadBalancer, "loadBalancer").endpoint };
}

/**
 * The engine of a stack, even where the stack's file is malformed. All hosts of a stack share one engine: the
 * configuration requires it.
 */
export async function stackEngine(stack: string): Promise<Docker> {
  return engineClient((await stackNeeds(stack)).endpoint);
}
