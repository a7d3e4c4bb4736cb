import assert from "node:assert/strict";
import { stringify } from "yaml";
import { configOf } from "../../operations/stack/configuration.ts";
import { passwordsInClear } from "../../preflight/keysInClear.ts";
import { unusedSecrets } from "../../preflight/unusedSecrets.ts";
import { problems } from "../configProblems.ts";
import { EVERY_RECEIVER, monitored } from "../monitoring/subject.ts";

const MAIL = { smarthost: "mail.foobar.com:587", from: "alerts@foobar.com", to: ["operations@foobar.com"] };

const found = (monitoring: object, more: Record<string, unknown> = {}) =>
  problems({ "foobar:monitoring": { enabled: true, ...monitoring }, ...more }).join("\n");

describe("the settings of monitoring", () => {
  it("are off by default, and nothing has to be set to switch them on", () => {
    assert.equal(configOf("foobar", "dev", "config: {}").monitoring.enabled, false);
    assert.equal(found({}), "");
  });

  it("refuse a receiver whose secret is not there, and say how to set it", () => {
    const text = found({
      receivers: { slack: { urlSecret: "slack" } },
      secrets: { slak: "https://hooks.slack.com/x" },
    });
    assert.match(text, /receivers\.slack\.urlSecret is "slack", and monitoring\.secrets has no such secret/);
    assert.match(text, /allowed: {3}slak\n {4}cure: {6}set monitoring\.secrets\.slack by pulumi config set --secret/);
    assert.match(found({ watchdog: { urlSecret: "x" } }), /watchdog\.urlSecret is "x".*\n.*which has none/);
    for (const receiver of [{ slack: {} }, { webhook: {} }, { telegram: { chatId: "1" } }, { pagerduty: {} }]) {
      assert.match(found({ receivers: receiver }), /Secret is missing/, JSON.stringify(receiver));
    }
  });

  it("refuse an address of Alertmanager's own container, which nobody else answers", () => {
    const own = [
      found({ receivers: { webhook: { urlSecret: "hook" } }, secrets: { hook: "http://127.0.0.1:9000/alerts" } }),
      found({ watchdog: { urlSecret: "hook" }, secrets: { hook: "http://localhost/ping" } }),
      found({ receivers: { ntfy: { topic: "t", url: "http://[::1]:8080" } } }),
      found({ receivers: { email: { smarthost: "localhost:25", from: "a@b.com", to: ["c@d.com"] } } }),
    ];
    for (const text of own) assert.match(text, /the container itself\n +cure: +name the machine's address/);
    const hosts = ["http://127.example.com/", "http://192.0.2.1/", "https://localhost.example.com/"];
    for (const hook of hosts)
      assert.equal(found({ receivers: { webhook: { urlSecret: "hook" } }, secrets: { hook } }), "");
  });

  it("check every secret that a receiver or the watchdog names, and warn of those that nobody uses", () => {
    const { secrets: _, ...rest } = EVERY_RECEIVER;
    const named = [...JSON.stringify(rest).matchAll(/"\w+Secret":/g)];
    assert.equal([...found(rest).matchAll(/monitoring\.secrets has no such secret/g)].length, named.length);

    const unused = (secrets: object) =>
      unusedSecrets({
        ...planned,
        monitoring: monitored({ "foobar:monitoring": { ...EVERY_RECEIVER, secrets } }).plan,
      });
    const planned = { project: "foobar", stack: "dev" };
    assert.deepEqual(unused(EVERY_RECEIVER.secrets), []);
    const [warning = "", ...others] = unused({ ...EVERY_RECEIVER.secrets, tokn: "hidden-5ecret" });
    assert.match(
      warning,
      /^monitoring\.secrets\.tokn is used by no receiver and not by the watchdog\n.+\n.+ config rm --path/,
    );
    assert.doesNotMatch(warning, /5ecret/);
    assert.deepEqual(others, []);
    assert.deepEqual(unusedSecrets({ ...planned, monitoring: undefined }), []);
  });

  it("refuse kinds of receivers that there are not, and name the ones that there are", () => {
    const kinds = "email, webhook, slack, ntfy, telegram, pagerduty";
    for (const kind of ["sms", "Slack", "discord"]) {
      assert.match(
        found({ receivers: { [kind]: {} } }),
        new RegExp(`receivers\\.${kind} is not a setting.*\n.*${kinds}`),
      );
    }
    assert.match(found({ receivers: [{ slack: {} }] }), new RegExp(`allowed: +receivers: ${kinds}`));
  });

  it("refuse a receiver without what it needs, with each missing part", () => {
    assert.match(
      found({ receivers: { email: {} } }),
      /email\.smarthost is missing[\s\S]*email\.from is missing[\s\S]*email\.to is missing/,
    );
    assert.match(found({ receivers: { ntfy: {} } }), /ntfy\.topic is missing/);
    assert.match(found({ receivers: { telegram: {} } }), /tokenSecret is missing[\s\S]*chatId is missing/);
    assert.match(found({ watchdog: {} }), /watchdog\.urlSecret is missing/);
  });

  it("refuse two receivers of one name", () => {
    const text = `config:
  foobar:monitoring:
    receivers:
      slack: { urlSecret: a }
      slack: { urlSecret: b }
`;
    assert.throws(
      () => configOf("foobar", "dev", text),
      /no valid YAML: Map keys must be unique at line 5[\s\S]*slack/,
    );
  });

  it("refuse paths that are none, and figures that are out of their range", () => {
    for (const path of ["metrics", "/me trics", "http://app/metrics", "/metrics?all=1"]) {
      assert.match(found({ applicationMetrics: path }), /applicationMetrics is .*\n.*a path that starts with \//, path);
      assert.match(found({ probePath: path }), /probePath is .*\n.*a path that starts with \//, path);
    }
    for (const scrapeSeconds of [1, 61, 2.5, "5s"]) {
      assert.match(found({ scrapeSeconds }), /scrapeSeconds is .*\n.*a whole number of seconds from 2 to 60/);
    }
    assert.match(found({ retentionDays: 0, retentionMb: 10 }), /retentionDays is 0[\s\S]*retentionMb is 10/);
  });

  it("refuse a secret that is no URL where a URL is needed, and never show it", () => {
    const text = found({ receivers: { webhook: { urlSecret: "hook" } }, secrets: { hook: "hidden-5ecret" } });
    assert.match(text, /secrets\.hook is no URL, and monitoring\.receivers\.webhook\.urlSecret names it/);
    assert.doesNotMatch(text, /5ecret/);
    assert.doesNotMatch(found({ secrets: { "A!": "hidden-5ecret" } }), /5ecret/);
  });

  it("take secrets that the CLI has encrypted, and refuse those in clear", () => {
    const file = (text: unknown) =>
      stringify({
        config: {
          "foobar:monitoring": { receivers: { webhook: { urlSecret: "hook" } }, secrets: { hook: text } },
        },
      });
    const secret = { secure: "v1:x" };
    assert.match(configOf("foobar", "dev", file(secret)).monitoring.secrets["hook"] ?? "", /^encrypted-/);
    const stack = { project: "foobar", stack: "dev" };
    assert.deepEqual(passwordsInClear(file(secret), stack), []);
    const [problem] = passwordsInClear(file("https://hooks.foobar.com"), stack);
    assert.deepEqual(problem?.path, ["monitoring", "secrets", "hook"]);
  });

  it("refuse addresses that are none", () => {
    for (const wrong of [
      { email: { ...MAIL, smarthost: "mail.foobar.com" } },
      { email: { ...MAIL, smarthost: "mail.foobar.com:0" } },
      { email: { ...MAIL, from: "alerts" } },
      { email: { ...MAIL, to: [] } },
      { email: { ...MAIL, to: ["operations"] } },
      { ntfy: { topic: "a/b" } },
      { ntfy: { topic: "a", url: "ntfy.sh" } },
      { telegram: { tokenSecret: "t", chatId: "operations" } },
      { telegram: { tokenSecret: "t", chatId: "1", url: "api.telegram.org" } },
      { pagerduty: { routingKeySecret: "t", url: "ftp://events.pagerduty.com" } },
    ]) {
      assert.match(found({ receivers: wrong, secrets: { t: "1:x" } }), /allowed:/, JSON.stringify(wrong));
    }
    assert.equal(found({ receivers: { email: MAIL, ntfy: { topic: "a" } } }), "");
  });

  it("refuse half a login to a mail server, and a password in clear", () => {
    const mail = (more: object) => found({ receivers: { email: { ...MAIL, ...more } }, secrets: { smtp: "x" } });
    assert.match(mail({ username: "a" }), /email\.passwordSecret is missing/);
    assert.match(mail({ passwordSecret: "smtp" }), /email\.username is missing/);
    assert.match(mail({ username: "a", passwordSecret: "smtp", tls: "none" }), /email\.tls is "none"/);
    assert.equal(mail({ username: "a", passwordSecret: "smtp" }), "");
  });

  it("refuse a port that something else of the stack has", () => {
    for (const [port, key] of [
      [8404, "statsPort"],
      [8443, "httpsPort"],
    ] as const) {
      assert.match(
        found({ alertmanagerPort: port }),
        new RegExp(`alertmanagerPort is ${port}\n.*loadBalancer\\.${key}`),
      );
    }
    assert.match(found({ prometheusPort: 8080 }), /prometheusPort is 8080\n.*loadBalancer\.port/);
    assert.match(found({ prometheusPort: 9090, alertmanagerPort: 9090 }), /alertmanagerPort is 9090/);
    assert.equal(found({ prometheusPort: 9090, alertmanagerPort: 9093 }), "");
    assert.match(found({ boardPort: 8080 }), /boardPort is 8080\n.*loadBalancer\.port/);
    assert.match(found({}, { "foobar:loadBalancer": { statsPort: 8090 } }), /boardPort is 8090\n.*statsPort/);
    assert.equal(found({ board: false, prometheusPort: 8090 }), "");
  });

  it("refuse what would keep the probe of the site out", () => {
    const proxies = { addresses: ["10.201.0.0/16"], protocol: "proxy" };
    assert.match(
      found({}, { "foobar:loadBalancer": { trustedProxies: proxies } }),
      /addresses\[0\] is "10\.201\.0\.0\/16"\n.*10\.201\.0\.10, from which monitoring asks/,
    );
    const pair = { replicas: 2, pair: { virtualAddresses: ["10.201.0.9"] } };
    assert.match(found({}, { "foobar:loadBalancer": pair }), /virtualAddresses\[0\] is "10\.201\.0\.9"/);
    assert.equal(found({ enabled: false }, { "foobar:loadBalancer": pair }), "");
  });
});
