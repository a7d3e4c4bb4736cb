import { z } from "zod";
import type { About } from "../kinds.ts";

/** Any texts: config/rules/names.ts checks them, because its proposals depend on the text. */
export const names = z
  .array(z.string({ error: "a host name" }).meta({ example: "www.foobar.com" }), { error: "a list of host names" })
  .default([])
  .meta({
    description:
      "The site's host names, such as www.foobar.com or *.foobar.com; the first one without a wildcard is the site's own. Requests for other hosts are answered with 421. Without names every host is served.",
    example: ["www.foobar.com"],
  } satisfies About);
