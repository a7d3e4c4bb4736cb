import type { VisitorsPlan } from "../../topology/loadBalancerPlan.ts";

/** Headers by which programs name themselves and their versions. */
const BANNERS = ["Server", "X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version", "X-Generator", "X-Runtime"];

/**
 * Rules for every answer, those of HAProxy's own included: errors, redirects and the 503 page. Only the answer to what
 * is no HTTP at all never reaches them.
 */
export function answerRules({ headers }: Pick<VisitorsPlan, "headers">): string[] {
  return [
    `http-after-response del-header ^(${BANNERS.join("|").toLowerCase()})$ -m reg`,
    ...headers.map(
      ({ name, value }) =>
        `http-after-response set-header ${name} ${formatted(value)} unless { res.hdr(${name}) -m found }`,
    ),
  ];
}

/** A text as an argument of HAProxy's that is read as a format: quoted, and without a meaning of its own. */
export function formatted(text: string): string {
  return `"${text.replaceAll(/[\\"$]/g, "\\$&").replaceAll("%", "%%")}"`;
}
