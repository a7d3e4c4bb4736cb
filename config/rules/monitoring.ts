import { isWithin } from "../blocks.ts";
import { lanAddresses } from "../hosts.ts";
import { isWebUrl } from "../kinds.ts";
import { keyText, type Path, type Problem, valueAt } from "../problems.ts";
import type { Settings } from "../schema.ts";
import { isCipher } from "../shape.ts";
import { watcherAddresses } from "../watchers.ts";
import { judged } from "../wellFormed.ts";
import { subnetsOf } from "./networks.ts";

type Monitoring = Settings["monitoring"];

/** The settings that name a secret, each with whether the secret has to be a URL. */
const REFERENCES: readonly { readonly path: readonly string[]; readonly isUrl: boolean }[] = [
  { path: ["receivers", "email", "passwordSecret"], isUrl: false },
  { path: ["receivers", "webhook", "urlSecret"], isUrl: true },
  { path: ["receivers", "webhook", "tokenSecret"], isUrl: false },
  { path: ["receivers", "slack", "urlSecret"], isUrl: true },
  { path: ["receivers", "ntfy", "tokenSecret"], isUrl: false },
  { path: ["receivers", "telegram", "tokenSecret"], isUrl: false },
  { path: ["receivers", "pagerduty", "routingKeySecret"], isUrl: false },
  { path: ["watchdog", "urlSecret"], isUrl: true },
];

/** Rules between the settings of monitoring, and with those of what is watched. */
export function monitoringChecks({ monitoring, loadBalancer, networks }: Settings): Problem[] {
  return judged(
    ...REFERENCES.map(
      ({ path, isUrl }) =>
        () =>
          secretIsThere(monitoring, path, isUrl),
    ),
    ...ADDRESSES.map((path) => () => isReachable(monitoring, path)),
    () => mailLogin(monitoring),
    () => probeIsNoProxy(monitoring, loadBalancer, networks),
    () => virtualAddressesFree(monitoring, loadBalancer, networks),
  );
}

/** The settings that name a server outside in clear. */
const ADDRESSES: readonly (readonly string[])[] = [
  ["receivers", "email", "smarthost"],
  ["receivers", "ntfy", "url"],
  ["receivers", "telegram", "url"],
  ["receivers", "pagerduty", "url"],
];

const REACHABLE =
  "an address that Alertmanager reaches from its container, where localhost and 127.0.0.1 are the container itself";
const REACHED_CURE = "name the machine's address in its LAN, or a host name of it, and let the service listen there";

/** Whether a server at the address of a text is on the caller's own machine. */
function isOwnMachine(text: string): boolean {
  const url = text.includes("://") ? text : `smtp://${text}`;
  if (!URL.canParse(url)) return false;
  const name = new URL(url).hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return name === "localhost" || name.endsWith(".localhost") || /^(?:127\.\d|0\.0\.0\.0$|::1$)/.test(name);
}

function isReachable(monitoring: Monitoring, setting: readonly string[]): Problem[] {
  const text = valueAt(monitoring, setting);
  if (typeof text !== "string" || !isOwnMachine(text)) return [];
  return [{ path: ["monitoring", ...setting], value: text, allowed: REACHABLE, cure: REACHED_CURE }];
}

/** The names of the secrets that receivers and the watchdog use. */
export function usedSecrets(monitoring: Pick<Monitoring, "receivers" | "watchdog">): ReadonlySet<unknown> {
  return new Set(REFERENCES.map(({ path }) => valueAt(monitoring, path)));
}

/** A secret that is missing would be noticed only when the first alert cannot be sent. */
function secretIsThere(monitoring: Monitoring, setting: readonly string[], isUrl: boolean): Problem[] {
  const name = valueAt(monitoring, setting);
  if (typeof name !== "string") return [];
  const path: Path = ["monitoring", ...setting];
  const text = monitoring.secrets[name];
  const known = Object.keys(monitoring.secrets);
  if (text === undefined) {
    return [
      {
        path,
        complaint: `is "${name}", and monitoring.secrets has no such secret`,
        allowed: known.length === 0 ? "the name of a secret in monitoring.secrets, which has none" : known.join(", "),
        cure: `set monitoring.secrets.${name} by pulumi config set --secret --path, which encrypts it`,
      },
    ];
  }
  if (!isUrl || isCipher(text)) return [];
  if (isWebUrl(text)) {
    if (!isOwnMachine(text)) return [];
    return [
      {
        path: ["monitoring", "secrets", name],
        complaint: `is a URL of Alertmanager's own container, and ${keyText(path)} names it`,
        allowed: REACHABLE,
        cure: `${REACHED_CURE}; pulumi config set --secret --path encrypts the URL`,
      },
    ];
  }
  return [
    {
      path: ["monitoring", "secrets", name],
      complaint: `is no URL, and ${keyText(path)} names it`,
      allowed: "a URL that begins with https:// or http://",
      cure: `set monitoring.secrets.${name} by pulumi config set --secret --path, which encrypts it`,
    },
  ];
}

/** Half a login is none, and Alertmanager refuses to send a password in clear. */
function mailLogin({ receivers: { email } }: Monitoring): Problem[] {
  if (email === undefined) return [];
  const path = (key: string): Path => ["monitoring", "receivers", "email", key];
  const isHalf = (email.username === undefined) !== (email.passwordSecret === undefined);
  const missing = email.username === undefined ? "username" : "passwordSecret";
  const other = email.username === undefined ? "passwordSecret" : "username";
  return [
    ...(isHalf
      ? [
          {
            path: path(missing),
            allowed: `set together with monitoring.receivers.email.${other}: a login has both`,
            ...(missing === "username"
              ? { example: email.from }
              : { cure: "set it to the name of a secret in monitoring.secrets; or remove the username" }),
          },
        ]
      : []),
    ...(email.tls === "none" && email.username !== undefined
      ? [
          {
            path: path("tls"),
            value: email.tls,
            allowed: "starttls or implicit with a login, whose password would else be sent in clear",
            example: "starttls",
          },
        ]
      : []),
  ];
}

/** The addresses of monitoring in the edge network are fixed, because load balancers admit them. */
function virtualAddressesFree(
  { enabled }: Monitoring,
  { pair }: Settings["loadBalancer"],
  networks: Settings["networks"],
): Problem[] {
  const edge = subnetsOf(networks).get("edge");
  if (!enabled || edge === undefined) return [];
  const own = Object.values(watcherAddresses(edge));
  return (lanAddresses(pair) ?? []).flatMap((address, index) =>
    own.includes(address)
      ? [
          {
            path: ["loadBalancer", "pair", "virtualAddresses", index],
            value: address,
            allowed: `an address other than ${own.join(" and ")}, which are monitoring's`,
            cure: "choose another address of networks.edge; or set monitoring.enabled to false",
          },
        ]
      : [],
  );
}

/** HAProxy expects the PROXY protocol from a trusted proxy, and the probe of the site has none. */
function probeIsNoProxy(
  { enabled }: Monitoring,
  { trustedProxies, pair }: Settings["loadBalancer"],
  networks: Settings["networks"],
): Problem[] {
  const edge = subnetsOf(networks).get("edge");
  if (!enabled || trustedProxies?.protocol !== "proxy" || edge === undefined || pair?.endpoint !== undefined) return [];
  const { blackbox } = watcherAddresses(edge);
  return trustedProxies.addresses.flatMap((block, index) =>
    isWithin(`${blackbox}/32`, block)
      ? [
          {
            path: ["loadBalancer", "trustedProxies", "addresses", index],
            value: block,
            allowed: `a block without ${blackbox}, from which monitoring asks the site: it does not speak the PROXY protocol`,
            cure: "name the addresses of the proxies alone; or set monitoring.enabled to false",
          },
        ]
      : [],
  );
}
