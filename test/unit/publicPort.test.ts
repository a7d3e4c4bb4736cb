import assert from "node:assert/strict";
import { haproxyConfig } from "../../components/loadBalancer/haproxyConfig.ts";
import { parseConfig } from "../../config/config.ts";
import { planTopology } from "../../topology/topology.ts";
import { devConfig } from "../devConfig.ts";

const trustedProxies = { addresses: ["192.0.2.0/24"] };

/** What visitors are told: the ports in redirects and in Alt-Svc, and the outputs' URLs. */
function told(loadBalancer: object, names = ["www.foobar.com"]) {
  const settings = { "foobar:names": names, "foobar:loadBalancer": { tls: { http3: true }, ...loadBalancer } };
  const { url, secureUrl, loadBalancers } = planTopology(parseConfig("foobar", "dev", devConfig(settings)));
  const [first] = loadBalancers;
  assert.ok(first);
  const text = haproxyConfig(first);
  const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, port]) => port);
  return {
    urls: [url, secureUrl],
    redirects: all(/location https:\/\/%\[[^\]]*\](\S*)%\[pathq\]/g),
    alternatives: all(/alt-svc "h3=\\":(\d+)/g),
  };
}

describe("the public port of HTTPS", () => {
  it("is the published one without a setting, and 443 at a virtual address and behind a proxy", () => {
    assert.deepEqual(told({ http: "redirect" }), {
      urls: ["https://www.foobar.com:8443", "https://www.foobar.com:8443"],
      redirects: [":8443"],
      alternatives: ["8443"],
    });
    assert.deepEqual(told({ http: "redirect", replicas: 2, trustedProxies }), {
      urls: ["https://www.foobar.com", "https://www.foobar.com"],
      redirects: ["", "", ":8443"],
      alternatives: ["443", "8443"],
    });
  });

  it("is in redirects, Alt-Svc and outputs as the settings say, for a pair and behind a proxy as well", () => {
    for (const more of [{}, { replicas: 2 }, { trustedProxies }]) {
      assert.deepEqual(told({ http: "redirect", publicHttpsPort: 443, ...more }), {
        urls: ["https://www.foobar.com", "https://www.foobar.com"],
        redirects: [""],
        alternatives: ["443"],
      });
      assert.deepEqual(told({ http: "redirect", publicHttpsPort: 9443, ...more }), {
        urls: ["https://www.foobar.com:9443", "https://www.foobar.com:9443"],
        redirects: [":9443"],
        alternatives: ["9443"],
      });
    }
  });

  it("changes no URL of plain HTTP, and none of a stack without a name", () => {
    assert.equal(told({ publicHttpsPort: 443 }).urls[0], "http://www.foobar.com:8080");
    assert.deepEqual(told({ publicHttpsPort: 443 }, []).urls, ["http://127.0.0.1:8080", "https://127.0.0.1:8443"]);
  });
});
