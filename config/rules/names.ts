import { isHostName, meantName } from "../names.ts";
import type { Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { listProblems } from "./lists.ts";

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
    form: (name) => name.toLowerCase(),
    once: "each name once",
  });
}
