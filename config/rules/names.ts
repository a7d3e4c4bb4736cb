import { isHostName, meantName } from "../names.ts";
import type { Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";

/** Rules for the site's host names. */
export function namesChecks(names: Settings["names"]): Problem[] {
  return names.flatMap((name, index): Problem[] => {
    const path = ["names", index];
    if (!isHostName(name)) {
      return [
        {
          path,
          value: name,
          allowed:
            "a host name in ASCII without scheme, port and path: www.foobar.com, or *.foobar.com for all names of that level",
          example: meantName(name) ?? "www.foobar.com",
        },
      ];
    }
    const isTwice = names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < index;
    return isTwice ? [{ path, value: name, allowed: "each name once" }] : [];
  });
}
