import { z } from "zod";
import { PROXY_PROTOCOLS, UNUSUAL_HEADERS } from "../choices.ts";
import { type About, oneOf, whole } from "../kinds.ts";
import { aReason, isReason } from "../reasons.ts";

/** A short phrase tells why proxies are trusted, such as "firewall only". */
const REASON_WORDS = 2;

/** Any text: config/rules/visitors.ts checks it, because it proposes the block that was meant. */
const block = () => z.string({ error: "a block of addresses in CIDR form" });

const blocks = (example: readonly string[]) =>
  z
    .array(block().meta({ example: example[0] }), { error: "a list of blocks of addresses in CIDR form" })
    .min(1, "at least one block of addresses in CIDR form")
    .meta({ example });

export const trustedProxies = z
  .strictObject(
    {
      addresses: blocks(["192.0.2.0/24"]).meta({
        description:
          "The blocks of addresses that the proxies have, in CIDR form. 127.0.0.0/8 stands for the load balancer's host. A block around networks.edge is refused without it, because such a block does not say whether the host is a proxy.",
        example: ["192.0.2.0/24"],
      } satisfies About),
      protocol: oneOf(PROXY_PROTOCOLS)
        .default("forwarded")
        .meta({
          description:
            "How they name the visitor: forwarded is X-Forwarded-For and X-Forwarded-Proto, proxy is the PROXY protocol, version 1 or 2.",
        } satisfies About),
      reason: z
        .string({ error: "a text" })
        .refine((text) => isReason(text, REASON_WORDS), aReason(REASON_WORDS))
        .optional()
        .meta({
          description:
            "Why blocks with the addresses of many strangers, or of all clients on the host, are trusted. Only such blocks need it.",
          unset: "such blocks are refused",
          example: "only our proxies can route to this host",
        } satisfies About),
    },
    { error: "the proxies in front of the load balancer: addresses, protocol, reason" },
  )
  .optional()
  .meta({
    description: "TLS terminators and content delivery networks whose word about the visitor counts.",
    unset: "none: what clients say about themselves is dropped",
    example: { addresses: ["192.0.2.0/24"] },
  } satisfies About);

export const allow = z
  .strictObject(
    {
      site: blocks(["192.0.2.0/24"])
        .optional()
        .meta({
          description:
            "The blocks of addresses, in CIDR form, whose visitors may reach the site. Others get a 403. 127.0.0.0/8 stands for the load balancer's host.",
          unset: "the host alone if address is a loopback address, else everybody",
          example: ["192.0.2.0/24"],
        } satisfies About),
      statistics: blocks(["192.0.2.0/24"])
        .optional()
        .meta({
          description:
            "The blocks that may reach the statistics page. With it statsPort is published at address, not at 127.0.0.1. 127.0.0.0/8 stands for the load balancer's host.",
          unset: "the host alone",
          example: ["192.0.2.0/24"],
        } satisfies About),
    },
    { error: "who is let in: site, statistics" },
  )
  .prefault({})
  .meta({ description: "Who is let in." } satisfies About);

export const connectionsPerSource = whole(0, 10_000, "connections")
  .default(200)
  .meta({
    description:
      "Connections that one address may have open, so that nobody takes all of them. 0: no limit. The host's own are not counted.",
  } satisfies About);

/** config/rules/visitors.ts checks names and values. */
export const headers = z
  // config/shape.ts makes texts of numbers and truth values, so editors are told that both are allowed.
  .record(z.string(), z.string({ error: "a text" }).meta({ type: ["string", "number", "boolean"] }), {
    error: "headers: each name with its text",
  })
  .default({})
  .meta({
    description:
      "Headers that every answer gets which has none of that name. Those of docs/operations.md are set without it; an empty text leaves one out. At most 50 headers of 7000 bytes in all.",
    example: { "X-Frame-Options": "DENY" },
  } satisfies About);

export const underscores = oneOf(UNUSUAL_HEADERS)
  .default("pass")
  .meta({
    description:
      "What happens to requests with a header whose name has an underscore, or another character than letters, digits and hyphens: passed to the application, or refused (400).",
  } satisfies About);
