import { isPemText, pemText } from "../components/pem.ts";
import type { Pem } from "../config/kinds.ts";
import type { Problem } from "../config/problems.ts";
import type { OwnCertificate } from "../topology/loadBalancerPlan.ts";
import type { Topology } from "../topology/plan.ts";
import { type Complaint, certificateComplaints, firstEnd } from "./certificateRules.ts";

/** Days before its end from which on a certificate is warned of. Most authorities issue for 90 days, and some for less. */
const WARNING_DAYS = 21;

/** Characters of the longest path that a message repeats. The shortest keys are longer. */
const LONGEST_PATH = 100;

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The result of looking at the user's certificate. */
export interface Examined {
  readonly problems: readonly Problem[];
  /** A text for the user; undefined: there is nothing to warn of. */
  readonly warning: string | undefined;
}

/**
 * Reads the user's certificate and key, and checks that they can serve the site. Without this check a wrong one would be
 * noticed only when HAProxy does not start.
 * @param stackFile the text of the stack's file
 */
export function examineCertificate(
  { ownCertificate: own, loadBalancers: [first] }: Pick<Topology, "ownCertificate" | "loadBalancers">,
  stackFile: string,
  now = new Date(),
): Examined {
  if (own === undefined || first === undefined) return { problems: [], warning: undefined };
  const [certificate, key] = [readable(own, "certificate"), readable(own, "key")];
  const texts = { certificate: textOf(certificate), key: textOf(key) };
  // Behind a trusted proxy visitors see the certificate of that proxy.
  const hsts = first.visitors.proxies === undefined ? first.site.hsts : undefined;
  const complaints = certificateComplaints(texts, { ...first.site, hsts }, now);
  const problems = [
    ...[certificate, key].filter((read) => typeof read !== "string"),
    ...complaints.map((complaint) => problemOf(complaint, own)),
    ...(/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(stackFile) ? [KEY_IN_CLEAR] : []),
  ];
  return { problems, warning: problems.length === 0 ? warningOf(texts.certificate, now) : undefined };
}

function textOf(read: string | Problem): string | undefined {
  return typeof read === "string" ? read : undefined;
}

const KEY_IN_CLEAR: Problem = {
  path: ["loadBalancer", "tls", "key"],
  complaint: "is in clear in the stack's file",
  allowed: "the path of a file, or a text that the CLI has encrypted",
  cure: "pulumi config set --secret --path 'foobar:loadBalancer.tls.key' <site.key, and make a new key: this one was readable",
};

/** The text of a setting, or the problem that nobody can read it. */
function readable(own: OwnCertificate, part: "certificate" | "key"): string | Problem {
  try {
    return pemText(own[part]);
  } catch (error) {
    return {
      path: ["loadBalancer", "tls", part],
      complaint: `is ${said(own[part])}, which cannot be read${because(error)}`,
      allowed: `a PEM file, relative to the project (${process.cwd()}), or PEM text`,
      example: part === "key" ? "./tls/site.key" : "./tls/site.pem",
    };
  }
}

function problemOf({ about, ...complaint }: Complaint, own: OwnCertificate): Problem {
  const of = isPemText(own[about]) ? "" : `(${said(own[about])}) `;
  return { path: ["loadBalancer", "tls", about], ...complaint, complaint: `${of}${complaint.complaint}` };
}

/** A path, never a text, which may be a key: one without its armour is letters, digits and slashes, as a path can be. */
function said(setting: Pem): string {
  const isPath = typeof setting === "string" && setting.length <= LONGEST_PATH && /^[\w./~@ -]+$/.test(setting);
  return isPath && !isPemText(setting) ? JSON.stringify(setting) : "a text";
}

/** The reason by its code alone: a message of the file system's repeats the setting. */
function because(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return ` (${"code" in error ? error.code : error.message})`;
}

function warningOf(certificate: string | undefined, now: Date): string | undefined {
  const end = certificate === undefined ? undefined : firstEnd(certificate);
  if (end === undefined) return undefined;
  const days = Math.floor((end.getTime() - now.getTime()) / DAY_MS);
  if (days >= WARNING_DAYS) return undefined;
  return `the certificate in loadBalancer.tls.certificate expires in ${days} ${days === 1 ? "day" : "days"}, at ${end.toISOString()}
    cure:      renew it, put the new one in its place, and run npm run up`;
}
