import {
  CHALLENGE_PORT,
  isPrivateDirectory,
  isPublicName,
  LETS_ENCRYPT,
  MOST_NAMES,
  meantDirectory,
  wantsExternalAccount,
} from "../acme.ts";
import { httpMode } from "../loadBalancing.ts";
import { isWildcard } from "../names.ts";
import type { Path, Problem } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { isLoopback } from "../subnets.ts";
import { judged } from "../wellFormed.ts";
import { listProblems, type Refusal } from "./lists.ts";
import { ONCE, sameName } from "./names.ts";

type LoadBalancer = Settings["loadBalancer"];
type Acme = NonNullable<LoadBalancer["tls"]["acme"]>;

const ACME: Path = ["loadBalancer", "tls", "acme"];

/** Rules for a certificate that the load balancer gets by ACME. */
export function acmeChecks(names: Settings["names"], loadBalancer: LoadBalancer): Problem[] {
  const { acme } = loadBalancer.tls;
  if (acme === undefined) return [];
  const two = judged(() => twoCertificates(loadBalancer));
  // What ACME needs, such as an address for everybody, would be wrong for a site that keeps its own certificate.
  if (two.length > 0) return two;
  return judged(
    () => usableDirectory(acme),
    () => certifiableNames(names, acme),
    () => reachable(loadBalancer, acme),
    () => realAddress(acme),
  );
}

function twoCertificates({ tls: { certificate, key } }: LoadBalancer): Problem[] {
  if (certificate === undefined && key === undefined) return [];
  return [
    {
      path: ACME,
      complaint: `is set beside loadBalancer.tls.${certificate === undefined ? "key" : "certificate"}`,
      allowed: "either ACME, or a certificate and a key of your own",
    },
  ];
}

function usableDirectory({ directory }: Acme): Problem[] {
  const path = [...ACME, "directory"];
  if (wantsExternalAccount(directory)) {
    return [
      {
        path,
        value: directory,
        allowed:
          "the directory of an authority without external accounts, such as Let's Encrypt: HAProxy's ACME cannot name one; for this authority let lego or certbot get files (docs/operations.md, Wildcards, and challenges by DNS)",
        example: LETS_ENCRYPT,
      },
    ];
  }
  const meant = meantDirectory(directory);
  return meant === undefined
    ? []
    : [{ path, value: directory, allowed: "the URL of the authority's directory itself", example: meant }];
}

/** Public authorities refuse an account whose address nobody can have. */
function realAddress(acme: Acme): Problem[] {
  const { email } = acme;
  if (isPrivateDirectory(acme) || isPublicName(email.slice(email.lastIndexOf("@") + 1))) return [];
  return [
    {
      path: [...ACME, "email"],
      value: email,
      allowed: "an e-mail address in a domain of the public DNS that somebody owns: the authority refuses others",
      example: "admin@foobar.com",
    },
  ];
}

function certifiableNames(names: Settings["names"], acme: Acme): Problem[] {
  if (names.length === 0) {
    return [
      {
        path: ["names"],
        complaint: "is empty, and loadBalancer.tls.acme asks for a certificate for these names",
        allowed: "one public host name of the site at least",
        example: '["www.foobar.com"]',
      },
    ];
  }
  if (names.length > MOST_NAMES) {
    return [
      {
        path: ["names"],
        complaint: `has ${names.length} names, and loadBalancer.tls.acme asks for one certificate for all of them`,
        allowed: `at most ${MOST_NAMES} names, the most that authorities put into one certificate`,
        cure: "take names out of the list; or let lego or certbot get a certificate with a wildcard (docs/operations.md)",
      },
    ];
  }
  const refused = listProblems(["names"], names, {
    refusal: (name) => uncertifiable(name, acme),
    form: sameName,
    once: ONCE,
    last: "www.foobar.com",
  });
  // Another rule reports names that are there twice.
  return refused.filter(({ allowed }) => allowed !== ONCE);
}

function uncertifiable(name: string, acme: Acme): Refusal | undefined {
  if (isWildcard(name)) {
    return {
      allowed:
        "names without a wildcard with loadBalancer.tls.acme, whose challenge http-01 proves single names only; for a wildcard set loadBalancer.tls.certificate and key (docs/operations.md, Certificates)",
      meant: `www${name.slice(1)}`,
    };
  }
  if (isPrivateDirectory(acme) ? isOwnable(name) : isPublicName(name)) return undefined;
  return {
    allowed:
      "a name of the public DNS with loadBalancer.tls.acme: an authority certifies neither addresses nor names that everybody may use",
  };
}

/** Whether a private authority can find the host of a name: an address is none, and localhost is the authority's own. */
function isOwnable(name: string): boolean {
  return !/(?:^|\.)localhost$|^[\d.]+$/i.test(name);
}

/** The authority asks at port 80 of each name. */
function reachable(loadBalancer: LoadBalancer, { forwarding }: Acme): Problem[] {
  const { address, httpsPort, port } = loadBalancer;
  const off: Problem[] =
    httpMode(loadBalancer) === "off"
      ? [
          {
            path: ["loadBalancer", "http"],
            value: "off",
            allowed: `redirect or serve with loadBalancer.tls.acme: the authority asks at port ${CHALLENGE_PORT}`,
            example: "redirect",
          },
        ]
      : [];
  if (forwarding !== undefined) return off;
  const or = "; or loadBalancer.tls.acme.forwarding says how port 80 of the names leads here";
  return [
    ...off,
    ...(isLoopback(address)
      ? [
          {
            path: ["loadBalancer", "address"],
            value: address,
            allowed: `an address that the authority reaches, with loadBalancer.tls.acme${or}`,
            example: "0.0.0.0",
          },
        ]
      : []),
    ...(port === CHALLENGE_PORT
      ? []
      : [
          {
            path: ["loadBalancer", "port"],
            value: port,
            allowed: `${CHALLENGE_PORT}, at which the authority asks, with loadBalancer.tls.acme${or}`,
            example: String(CHALLENGE_PORT),
          },
          ...(httpsPort === CHALLENGE_PORT
            ? [
                {
                  path: ["loadBalancer", "httpsPort"],
                  value: httpsPort,
                  allowed: `another port: ${CHALLENGE_PORT} has to be loadBalancer.port with loadBalancer.tls.acme`,
                  example: "443",
                },
              ]
            : []),
        ]),
  ];
}
