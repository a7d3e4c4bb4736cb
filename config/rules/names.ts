import { isHostName, meantName } from "../names.ts";
import type { Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { listProblems } from "./lists.ts";

/** What is allowed instead of a name that is there already. */
export const ONCE = "each name once";

/** The form in which two spellings of a name are the same. */
export function sameName(name: string): string {
  return name.toLowerCase();
}

/** Rules for the site's host names. */
export function namesChecks(names: Settings["names"]): Problem[] {
  return listProblems(["names"], names, {
    refusal: (name) =>
      isHostName(name)
        ? undefined
        : {
            allowed:
              "a host name in ASCII without scheme, port and path: www.foobar.com, or *.foobar.com for all names of that level",
            meant: meantName(name) ?? "www.foobar.com",
          },
    form: sameName,
    once: ONCE,
  });
}
