import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { issue } from "../../app/test/certificates.ts";
import { firstCertificate, thumbprint } from "../../components/loadBalancer/acmeAccount.ts";
import { haproxyConfig } from "../../components/loadBalancer/haproxyConfig.ts";
import { isPrivateDirectory, isPublicName } from "../../config/acme.ts";
import { parseConfig } from "../../config/config.ts";
import { UNKNOWN } from "../../config/surroundings.ts";
import { certificateNote } from "../../operations/stack/certificates.ts";
import { networkOf } from "../../topology/plan.ts";
import { planTopology } from "../../topology/topology.ts";
import { problems } from "../configProblems.ts";
import { devConfig } from "../devConfig.ts";
import { ACCOUNT_KEY, deployConfig, ofType, services } from "../harness.ts";
import { refusedBy } from "../proposals.ts";

const ACME = { email: "admin@foobar.com", acceptTerms: true };
const settings = ({
  names = ["www.foobar.com"],
  acme = {},
  tls = {},
  ...loadBalancer
}: Record<string, unknown> = {}) => ({
  "foobar:names": names,
  "foobar:loadBalancer": {
    ...{ address: "0.0.0.0", port: 80, httpsPort: 443 },
    tls: { acme: { ...ACME, ...(acme as object) }, ...(tls as object) },
    ...loadBalancer,
  },
});
const keyOf = (problem: string) => /foobar:(\S+)/.exec(problem)?.[1];
const refused = (changes: Record<string, unknown>) => problems(settings(changes)).map(keyOf);
const plan = (changes: Record<string, unknown> = {}) =>
  planTopology(parseConfig("foobar", "dev", devConfig(settings(changes))));

describe("the settings of ACME", () => {
  it("are an account, and a name that leads to port 80", () => {
    assert.deepEqual(refused({}), []);
    assert.deepEqual(refused({ http: "serve", names: ["foobar.com", "WWW.Foobar.com"] }), []);
  });

  it("name the account, and say that its terms are accepted", () => {
    const { email: _, ...unnamed } = ACME;
    assert.deepEqual(problems({ "foobar:loadBalancer": { tls: { acme: unnamed } } }).map(keyOf), [
      "loadBalancer.tls.acme.email",
      "names",
      "loadBalancer.address",
      "loadBalancer.port",
    ]);
    assert.deepEqual(refused({ acme: { email: "admin", acceptTerms: false, directory: "http://acme.foobar.com" } }), [
      "loadBalancer.tls.acme.email",
      "loadBalancer.tls.acme.acceptTerms",
      "loadBalancer.tls.acme.directory",
    ]);
  });

  it("are refused without a name that a public authority certifies", () => {
    assert.deepEqual(refused({ names: [] }), ["names"]);
    for (const name of [
      "localhost",
      "192.0.2.7",
      "intranet",
      "www.foobar.local",
      "foobar.test",
      "my_site.foobar.com",
      "foo.arpa",
    ]) {
      assert.deepEqual(refused({ names: ["www.foobar.com", name] }), ["names[1]"], name);
    }
  });

  it("are refused with a wildcard, whose cure are files", () => {
    const [problem = "", ...others] = problems(settings({ names: ["*.foobar.com"] }));
    assert.deepEqual(others, []);
    assert.match(problem, /^foobar:names\[0\] is "\*\.foobar\.com"\n.*loadBalancer\.tls\.certificate and key/);
    assert.match(problem, /names\[0\]' www\.foobar\.com$/);
  });

  it("allow a private authority the names that it certifies, but no addresses", () => {
    for (const acme of [{ directory: "https://ca.foobar.internal/acme/acme/directory" }, { ca: "./ca.pem" }]) {
      assert.deepEqual(refused({ acme, names: ["www.foobar.internal", "site"] }), []);
      assert.deepEqual(refused({ acme, names: ["192.0.2.7", "localhost"] }), ["names[0]", "names[1]"]);
    }
    assert.ok(!isPrivateDirectory({ directory: "https://acme-v02.api.letsencrypt.org/directory" }));
    assert.ok(isPublicName("xn--bcher-kva.example.de"));
  });

  it("need port 80 of an address that others reach, or a reason", () => {
    assert.deepEqual(refused({ port: 8080 }), ["loadBalancer.port"]);
    assert.deepEqual(refused({ address: "127.0.0.1" }), ["loadBalancer.address"]);
    assert.deepEqual(
      refused({ address: "127.0.0.1", port: 8080, acme: { forwarding: "The CDN's origin is 8080." } }),
      [],
    );
    assert.deepEqual(refused({ http: "off" }), ["loadBalancer.http"]);
    assert.deepEqual(refused({ http: "off", acme: { forwarding: "anything" } }), ["loadBalancer.http"]);
  });

  it("name a directory that HAProxy can use: by URL alone, and without an external account", () => {
    const le = "https://acme-v02.api.letsencrypt.org";
    for (const directory of [
      ...["https://acme.zerossl.com/v2/DV90", "https://dv.acme-v02.api.pki.goog/directory", `${le}/`, `${le}/acme`],
      ...["https://u:p@acme.foobar.com/dir", "https://acme.foobar.com/a b", "https://acme.foobar.com/'", "https://"],
    ]) {
      assert.deepEqual(refused({ acme: { directory } }), ["loadBalancer.tls.acme.directory"], directory);
    }
    assert.match(problems(settings({ acme: { directory: `${le}/` } })).join(), /letsencrypt\.org\/directory$/);
    assert.deepEqual(refused({ acme: { directory: "https://ca.foobar.internal:9000/acme/acme/directory" } }), []);
  });

  it("name an account whose address somebody can have, and how ports are forwarded in words", () => {
    for (const email of ["admin@example.com", "admin@foobar.invalid"]) {
      assert.deepEqual(refused({ acme: { email } }), ["loadBalancer.tls.acme.email"], email);
      assert.deepEqual(refused({ acme: { email, ca: "./ca.pem" } }), []);
    }
    assert.deepEqual(refused({ acme: { forwarding: " " } }), ["loadBalancer.tls.acme.forwarding"]);
  });

  it("have at most as many names as a certificate", () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}.foobar.com`);
    assert.deepEqual(refused({ names: names(100) }), []);
    assert.match(
      refusedBy(settings({ names: names(101) }), UNKNOWN)?.message ?? "",
      /foobar:names has 101 names.*\n.*at most 100 names/,
    );
  });

  it("are refused beside a certificate of the user's, without a word of what ACME alone needs", () => {
    assert.deepEqual(refused({ tls: { certificate: "./site.pem", key: "./site.key", acme: ACME } }), [
      "loadBalancer.tls.acme",
    ]);
    const own = {
      address: "127.0.0.1",
      port: 8080,
      names: [],
      tls: { certificate: "./a.pem", key: "./a.key", acme: ACME },
    };
    assert.deepEqual(refused(own), ["loadBalancer.tls.acme"]);
  });

  it("make HSTS possible, and its default", () => {
    assert.deepEqual(refused({ tls: { acme: ACME, hsts: { maxAgeSeconds: 300 } } }), []);
    assert.match(haproxyConfigOf(), /Strict-Transport-Security "max-age=63072000"/);
  });
});

function haproxyConfigOf(changes: Record<string, unknown> = {}): string {
  const [first] = plan(changes).loadBalancers;
  assert.ok(first);
  return haproxyConfig(first);
}

describe("a load balancer with ACME", () => {
  it("answers challenges from everywhere and for every name, before it redirects", () => {
    const text = haproxyConfigOf({ allow: { site: ["192.0.2.0/24"] } });
    const rules = text.slice(text.indexOf("\nfrontend site\n"));
    const challenge = rules.indexOf("/acme-challenge/");
    assert.ok(challenge > 0);
    for (const later of ["unless admitted", "unless known_host", "redirect code 308"]) {
      assert.ok(rules.indexOf(later) > challenge, later);
    }
  });

  it("has the names of the site in its orders", () => {
    assert.match(
      haproxyConfigOf({ names: ["WWW.foobar.com", "foobar.com"] }),
      / domains "www\.foobar\.com,foobar\.com"\n/,
    );
  });

  it("sends visitors to the published port of HTTPS where only port 80 is said to be forwarded", () => {
    const acme = { forwarding: "The router forwards port 80 to 8080." };
    const changes = { address: "127.0.0.1", port: 8080, httpsPort: 8443, http: "redirect", tls: { http3: true }, acme };
    assert.match(haproxyConfigOf(changes), /location https:\/\/%\[[^\]]*\]:8443%\[pathq\] if !/);
    assert.match(haproxyConfigOf(changes), /alt-svc "h3=\\":8443\\"; /);
    assert.equal(plan(changes).url, "https://www.foobar.com:8443");
    const served = plan({ ...changes, publicHttpsPort: 443, http: "serve" });
    assert.deepEqual([served.url, served.secureUrl], ["http://www.foobar.com:8080", "https://www.foobar.com"]);
  });

  it("reaches outside, which no other load balancer does", () => {
    assert.equal(networkOf(plan(), "edge").egress, true);
    assert.equal(networkOf(planTopology(parseConfig("foobar", "dev", devConfig())), "edge").egress, false);
  });

  it("has a volume for its certificate, which its fallback reads and which outlives the stack", async () => {
    const deployment = await deployConfig(devConfig(settings({ replicas: 2 })));
    const volumes = ofType(deployment, "Volume").filter(({ name }) => name.endsWith("-certificate"));
    assert.deepEqual(
      volumes.map(({ inputs, options }) => [inputs["name"], (options as pulumi.CustomResourceOptions).retainOnDelete]),
      ["lb1", "lb2"].map((name) => [`foobar-dev-${name}-certificate`, true]),
    );
    const mounts = services(deployment).flatMap(({ name, inputs }) =>
      (inputs["volumes"] as { volumeName: string; readOnly?: boolean }[])
        .filter(({ volumeName }) => volumeName.endsWith("-certificate"))
        .map(({ volumeName, readOnly }) => [name, volumeName, readOnly ?? false]),
    );
    assert.deepEqual(mounts, [
      ["haproxy-lb1", "foobar-dev-lb1-certificate", false],
      ["haproxy-lb2", "foobar-dev-lb2-certificate", false],
      ["lb1", "foobar-dev-lb1-certificate", true],
      ["lb2", "foobar-dev-lb2-certificate", true],
    ]);
  });

  it("has one account with its peer, which the stack keeps when ACME is off", async () => {
    const accounts = async (raw: Record<string, string>) =>
      ofType(await deployConfig(raw), "PrivateKey").filter(({ name }) => name === "acme-account-key");
    for (const raw of [devConfig(settings({ replicas: 2 })), devConfig()]) {
      assert.deepEqual(
        (await accounts(raw)).map(({ options }) => options.protect),
        [true],
      );
    }
  });
});

describe("the thumbprint of an account", () => {
  it("is that of RFC 7638", () => {
    assert.equal(thumbprint(ACCOUNT_KEY), "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
  });
});

describe("the note on a certificate that is served", () => {
  const NOW = new Date("2026-11-26T12:00:00Z");
  const acme = plan();
  const [balancer] = acme.loadBalancers;
  const DAY_MS = 24 * 3_600_000;
  const note = (issuer: string, daysLeft: number, plan = balancer) => {
    assert.ok(plan);
    const end = NOW.getTime() + daysLeft * DAY_MS;
    const dates = { validFrom: new Date(end - 90 * DAY_MS).toUTCString(), validTo: new Date(end).toUTCString() };
    return certificateNote({ issuer, ...dates }, plan, acme, NOW);
  };

  it("says who signed it and until when it is valid", () => {
    assert.deepEqual(note("C=US\nO=Let's Encrypt\nCN=E8", 31), {
      isWell: true,
      text: "lb1 serves one of E8, valid until 2026-12-27T12:00Z",
    });
  });

  it("says where the reason is if ACME has brought none, or has not renewed it", () => {
    const none = note("CN=foobar dev", 80);
    assert.equal(none.isWell, false);
    assert.match(none.text, /ACME has brought none yet: docker logs .*label=foobar\.service=haproxy-lb1/);
    const late = note("CN=E8", 14);
    assert.equal(late.isWell, false);
    assert.match(late.text, /ACME has not renewed it: /);
  });

  it("finds nothing wrong with one of the stack's own authority without ACME, but that it has ended", () => {
    const [plain] = planTopology(parseConfig("foobar", "dev", devConfig())).loadBalancers;
    assert.equal(note("CN=foobar dev", 1, plain).isWell, true);
    assert.equal(note("CN=foobar dev", -1, plain).isWell, false);
  });
});

describe("the first certificate", () => {
  it("begins with its fingerprint as HAProxy says it", () => {
    const { certificate, key } = issue("www.foobar.com", issue("authority"));
    const [line, ...rest] = firstCertificate(certificate + key).split("\n");
    assert.equal(
      line,
      `# ${new X509Certificate(certificate).fingerprint.replaceAll(":", "")} the stack's own authority`,
    );
    assert.equal(rest.join("\n"), certificate + key);
  });
});
