import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { parseConfig } from "../../config/config.ts";
import { eventually } from "../../engine/eventually.ts";
import { type AcmeHaproxy, type AcmeStage, createAcmeStage } from "../acmeStage.ts";
import { docker, engineMissing } from "../engine.ts";
import { pebbleMissing } from "../pebble.ts";
import { skipAfterFailure } from "../steps.ts";

/** Longer than HAProxy takes for an order: it asks every five seconds how the order is, and waits after an error. */
const ORDER_SECONDS = 60;

describe("a certificate by ACME, in HAProxy with an authority for tests", function () {
  this.timeout(120_000);
  skipAfterFailure();
  let stage: AcmeStage;
  let haproxy: AcmeHaproxy;
  let issued: string;

  before(async function () {
    // A machine without Pebble builds it from its Go module once.
    this.timeout("15m");
    const reason = (await engineMissing()) ?? (await pebbleMissing());
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
    stage = await createAcmeStage();
    haproxy = await stage.play("www.foobar.com");
  });
  after(() => stage?.remove());

  it("comes after one of the stack's own authority, with which HAProxy begins", async () => {
    const first = await eventually(() => haproxy.served(stage.authority.certificate), 10);
    assert.equal(first.isTrusted, true);
  });

  it("is proven by an answer that any HAProxy with the account gives, before it looks at the host", async () => {
    const answer = await haproxy.ask("/.well-known/acme-challenge/token_of-aY", "another.example");
    assert.equal(answer.status, 200);
    assert.equal((await answer.text()).trim(), `token_of-aY.${stage.thumbprint}`);
    assert.equal((await haproxy.ask("/.well-known/acme-challenge/%3Cscript%3E", "another.example")).status, 421);
  });

  it("is served as soon as it is there, and kept", async () => {
    const root = await stage.pebble.root();
    const served = await eventually(async () => {
      const certificate = await haproxy.served(root);
      assert.ok(certificate.isTrusted, await haproxy.logs());
      return certificate;
    }, ORDER_SECONDS);
    assert.equal(served.names, "DNS:www.foobar.com");
    issued = served.fingerprint;
    await eventually(async () => {
      assert.equal(await haproxy.kept(), `# ${issued} ${stage.pebble.directory} www.foobar.com`);
    }, 10);
  });

  it("is that of the next HAProxy, which asks for none", async () => {
    haproxy = await stage.play("www.foobar.com");
    assert.equal((await eventually(() => haproxy.served(""), 10)).fingerprint, issued);
    await haproxy.checked();
    assert.doesNotMatch(await haproxy.logs(), /Starting update/);
  });

  it("stays in service while the authority does not answer a request for another one", async () => {
    await stage.pebble.stop();
    haproxy = await stage.play("www.foobar.com", "foobar.com");
    await eventually(async () => assert.match(await haproxy.logs(), /503 when getting directory URL/), 20);
    assert.equal((await haproxy.served("")).fingerprint, issued);
    assert.equal(await haproxy.kept(), `# ${issued} ${stage.pebble.directory} www.foobar.com`);
  });
});

describe("the script that keeps a certificate and asks for another one", () => {
  /** HAProxy's answers: its certificate has the fingerprint and the dates; requests for another one are counted. */
  const STUBS = `
    mkdir -p /run/haproxy/bin; export PATH=/run/haproxy/bin:$PATH
    cat >/run/haproxy/bin/socat <<'STUB'
#!/bin/bash
read -r command
case $command in
show*) printf '%s\\n' "SHA1 FingerPrint: $(</run/haproxy/present)" "notBefore: $(date -ud "$(</run/haproxy/begin)")" "notAfter: $(date -ud "$(</run/haproxy/end)")" ;;
dump*) printf -- '-----BEGIN PRIVATE KEY-----\\n-----BEGIN CERTIFICATE-----\\n\\n' ;;
*) echo "$command" >>/run/haproxy/asked ;;
esac
STUB
    chmod +x /run/haproxy/bin/socat
    serves() { echo "$1" >/run/haproxy/present; echo "$2" >/run/haproxy/begin; echo "$3" >/run/haproxy/end; }
    check() { bash /scripts/acme.sh @site/cert /run/haproxy/site.pem "\${1:-directory names}" >/dev/null; }
    asked() { if [ -e /run/haproxy/asked ]; then wc -l </run/haproxy/asked; rm /run/haproxy/asked; else echo 0; fi; }
    kept() { head -n1 /run/haproxy/site.pem; }
    later() { sed -i "s/^[0-9]*/0/" /run/haproxy/acme-requests; }
    printf '# A1 first\\n' >/run/haproxy/site.pem`;

  async function run(...lines: string[]): Promise<string[]> {
    const folder = fileURLToPath(new URL("../../components/loadBalancer/files", import.meta.url));
    const { images } = parseConfig("foobar", "dev", {});
    const output = await docker(
      ...["run", "--rm", "--network=none", "--user=99:99", "--read-only", "--tmpfs=/run/haproxy:uid=99,exec"],
      ...["--tmpfs=/tmp:uid=99", `--volume=${folder}:/scripts:ro`, "--entrypoint=bash", images.haproxy],
      ...["-euc", [STUBS, ...lines].join("\n")],
    );
    return output.split("\n");
  }

  before(async function () {
    this.timeout(60_000);
    const reason = await engineMissing();
    if (reason !== undefined) {
      console.log(`      SKIPPED: ${reason}`);
      this.skip();
    }
  });

  it("asks at first, and when the purpose is another one", async () => {
    assert.deepEqual(
      await run(
        "serves A1 '-1 day' '+80 days'; check; asked; kept",
        "serves B2 '-1 day' '+89 days'; check; asked; kept",
        "check; asked; check 'directory other,names'; asked; kept",
      ),
      ["1", "# A1 first", "0", "# B2 directory names", "0", "1", "# B2 directory names"],
    );
  }).timeout(60_000);

  it("asks when less than a third of the time is left, whatever the whole is", async () => {
    assert.deepEqual(
      await run(
        "serves B2 '-59 days' '+31 days'; check; asked",
        "serves B2 '-61 days' '+29 days'; check; asked; later",
        "serves B2 '-3 hours' '+3 hours'; check; asked",
        "serves B2 '-5 hours' '+1 hour'; check; asked; later",
        "serves B2 '-5 hours' '-1 hour'; check; asked",
      ),
      ["0", "1", "0", "1", "1"],
    );
  }).timeout(60_000);

  it("waits longer between requests each time, an hour at most, and begins anew with the next certificate", async () => {
    assert.deepEqual(
      await run(
        "serves A1 '-1 day' '+80 days'; check; check; asked",
        "for _ in 1 2 3 4 5; do later; check; cut -d' ' -f2 /run/haproxy/acme-requests; done; asked",
        "serves B2 '-89 days' '+1 day'; check; asked; cut -d' ' -f2 /run/haproxy/acme-requests",
      ),
      ["1", "180", "540", "1620", "3600", "3600", "5", "1", "60"],
    );
  }).timeout(60_000);

  it("keeps the certificate where only HAProxy's user can read it", async () => {
    assert.deepEqual(
      await run("serves B2 '-1 day' '+89 days'; check; stat -c '%a %u' /run/haproxy/site.pem; ls /run/haproxy"),
      ["600 99", "begin", "bin", "end", "present", "site.pem"],
    );
  }).timeout(60_000);
});
