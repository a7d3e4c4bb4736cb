import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The project's name, as Pulumi.yaml has it. */
export const PROJECT: string = parse(readFileSync(`${ROOT}/Pulumi.yaml`, "utf8")).name;
