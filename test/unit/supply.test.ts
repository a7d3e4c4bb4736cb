import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { engineClient } from "../../engine/client.ts";
import { ROOT } from "../../operations/stack/project.ts";
import { billOfMaterials } from "../../operations/supply/cyclonedx.ts";
import { pin, tagged } from "../../operations/supply/digests.ts";
import { isAllowed, refusedLicences } from "../../operations/supply/licences.ts";
import { parsePackages } from "../../operations/supply/packages.ts";
import { digestOf } from "../../operations/supply/registry.ts";
import { parseAudit } from "../../operations/supply/vulnerabilities.ts";
import { fakeEngine } from "../fakeEngine.ts";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

describe("the pin of an image", () => {
  it("adds the digest to the tag, replaces an older digest, and leaves the present one", () => {
    const [old, now] = [`nginx:1.30.6@${digest("a")}`, `nginx:1.30.6@${digest("b")}`];
    assert.deepEqual(pin("nginx:1.30.6", digest("a")), { kind: "changed", name: old, was: "nginx:1.30.6" });
    assert.deepEqual(pin(old, digest("b")), { kind: "changed", name: now, was: old });
    assert.deepEqual(pin(now, digest("b")), { kind: "unchanged", name: now });
  });

  it("leaves a digest without a tag, also behind a registry with a port", () => {
    const name = `127.0.0.1:5000/team/nginx@${digest("a")}`;
    assert.deepEqual(pin(name, digest("b")), { kind: "fixed", name });
    assert.equal(tagged(`127.0.0.1:5000/team/nginx:1.30.6@${digest("a")}`), "127.0.0.1:5000/team/nginx:1.30.6");
  });

  it("says in one sentence which registry cannot be asked, and why", async () => {
    const engine = await fakeEngine([], { registry: (name) => (name === "silent:1" ? undefined : NO_HOST) });
    try {
      const asked = (name: string, answerMs?: number) => digestOf(engineClient(engine), name, undefined, answerMs);
      await assert.rejects(asked("nginx:1.30.6"), {
        message: "the registry of nginx:1.30.6 cannot be asked for its digest: dial tcp: no such host; try later",
      });
      await assert.rejects(asked("silent:1", 200), /^Error: the registry of silent:1 .* no answer within 0.2 s$/);
    } finally {
      await engine.close();
    }
  });
});

const NO_HOST = { status: 500, message: "dial tcp: no such host\n  try later" };

describe("the licences of the dependencies", () => {
  it("are all allowed", async () => {
    assert.deepEqual(refusedLicences(await readFile(`${ROOT}/package-lock.json`, "utf8")), []);
  });

  it("are refused if one that counts is not allowed or missing", () => {
    const lock = { "": {}, "node_modules/a": { version: "1.0.0", license: "GPL-3.0-only" }, "node_modules/@b/c": {} };
    assert.deepEqual(refusedLicences(JSON.stringify({ packages: lock })), [
      { name: "a", version: "1.0.0", licence: "GPL-3.0-only" },
      { name: "@b/c", version: "", licence: undefined },
    ]);
    // The licences that somebody has read count for packages that name none.
    const named = {
      "node_modules/ssh2": { version: "2.0.0", license: "AGPL-3.0-only" },
      "node_modules/buildcheck": {},
    };
    assert.deepEqual(
      refusedLicences(JSON.stringify({ packages: named })).map(({ name }) => name),
      ["ssh2"],
    );
  });

  for (const [expression, allowed] of [
    ["MIT", true],
    ["GPL-2.0-only", false],
    ["MIT OR GPL-2.0-only", true],
    ["(MIT AND GPL-2.0-only)", false],
    ["(GPL-2.0-only OR MIT) AND ISC", true],
    ["GPL-2.0-only OR (MIT AND AGPL-3.0-only)", false],
    ["SEE LICENSE IN LICENSE", false],
  ] as const) {
    it(`${expression} is ${allowed ? "" : "not "}allowed`, () => assert.equal(isAllowed(expression), allowed));
  }
});

describe("the output of npm audit", () => {
  const finding = (name: string, severity: string) => ({ name, severity, range: "<2.0.0", fixAvailable: true });

  it("has findings, of which only serious ones fail", () => {
    const vulnerabilities = { a: finding("a", "critical"), b: finding("b", "low") };
    assert.deepEqual(parseAudit(JSON.stringify({ vulnerabilities }), ""), {
      kind: "audited",
      failing: ["a <2.0.0, critical, npm audit fix cures it"],
      others: ["b <2.0.0, low, npm audit fix cures it"],
    });
    assert.deepEqual(parseAudit('{"vulnerabilities":{}}', ""), { kind: "audited", failing: [], others: [] });
  });

  for (const [title, stdout, stderr, reason] of [
    [
      "a registry without the service",
      '{"message":"405 Method Not Allowed","statusCode":405}',
      "",
      "405 Method Not Allowed",
    ],
    [
      "no registry",
      '{"error":{"code":"ENOTFOUND","summary":"getaddrinfo ENOTFOUND r"}}',
      "",
      "getaddrinfo ENOTFOUND r",
    ],
    ["an older npm", "", "npm ERR! audit\nnpm error audit endpoint returned an error", "npm ERR! audit"],
    ["silence", "", "", "npm audit said nothing"],
  ] as const) {
    it(`of ${title} is no finding, and says that nothing was checked`, () =>
      assert.deepEqual(parseAudit(stdout, stderr), { kind: "skipped", reason }));
  }
});

describe("the bill of materials of an image", () => {
  const listed = `PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
ID=debian
VERSION_ID="13"

deb\tlibc6\t2.41-12\tamd64
deb\thaproxy\t3.2.26-1+b1\tamd64
`;

  it("has the packages of the image's package manager, by the names that scanners know", () => {
    const bill = JSON.stringify(billOfMaterials({ name: "haproxy:3.2.26", id: digest("a") }, parsePackages(listed)));
    const { bomFormat, specVersion, metadata, components } = JSON.parse(bill);
    assert.deepEqual([bomFormat, specVersion], ["CycloneDX", "1.5"]);
    assert.deepEqual([metadata.component.name, metadata.component.version], ["haproxy", "3.2.26"]);
    assert.deepEqual(
      components.map(({ purl }: { purl: string }) => purl),
      [
        "pkg:deb/debian/haproxy@3.2.26-1%2Bb1?arch=amd64&distro=debian-13",
        "pkg:deb/debian/libc6@2.41-12?arch=amd64&distro=debian-13",
      ],
    );
  });

  it("also has the packages of an image with rpm, such as MySQL's official one", () => {
    const inventory = parsePackages('ID="ol"\nVERSION_ID="9.6"\n\nrpm\tmysql-community-server\t9.7.4-1.el9\tx86_64\n');
    const bill = JSON.stringify(billOfMaterials({ name: "mysql:9.7.4", id: digest("b") }, inventory));
    assert.match(bill, /"pkg:rpm\/ol\/mysql-community-server@9\.7\.4-1\.el9\?arch=x86_64&distro=ol-9\.6"/);
    const old = parsePackages('ID="ol"\nVERSION_ID="9.6"\n\nrpm\topenssl-libs\t1:3.5.1-4.el9\tx86_64\n');
    assert.match(
      JSON.stringify(billOfMaterials({ name: "mysql:9.7.4", id: digest("b") }, old)),
      /"pkg:rpm\/ol\/openssl-libs@3\.5\.1-4\.el9\?arch=x86_64&epoch=1&distro=ol-9\.6"/,
    );
    const small = parsePackages("ID=alpine\nVERSION_ID=3.23.1\n\napk\tmusl\t1.2.5-r21\tx86_64\n");
    assert.match(
      JSON.stringify(billOfMaterials({ name: "app:1.0.0", id: digest("c") }, small)),
      /"pkg:apk\/alpine\/musl@1\.2\.5-r21\?arch=x86_64&distro=alpine-3\.23\.1"/,
    );
  });

  it("names no release where the distribution has none", () =>
    assert.deepEqual(parsePackages("ID=debian\n\ndeb\ta\t1\tall\n").distribution, {
      id: "debian",
      version: undefined,
    }));
});
