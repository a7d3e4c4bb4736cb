import assert from "node:assert/strict";
import { eventually } from "../engine/eventually.ts";
import { engineMissing } from "./engine.ts";
import { type Balancer, createHaproxyStage, type HaproxyStage } from "./haproxyStage.ts";
import type { RawExchange } from "./rawRequests.ts";

/** A request's header line for a body in chunks. */
export const CHUNKED = "Transfer-Encoding: chunked\r\n";

/** A request for a path, with further header lines. */
export function get(lines = "", path = "/"): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`;
}

export function post(lines: string, body: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\n${lines}\r\n${body}`;
}

export function statuses({ answers }: RawExchange): (number | undefined)[] {
  return answers.map(({ status }) => status);
}

/** HAProxy in front of one server. */
export interface Edge {
  /** Replaces the HAProxy by one with these settings of the load balancer, and waits until it serves. */
  play(loadBalancer: object): Promise<void>;
  /** Replaces it without a wait. */
  start(loadBalancer: object): Promise<void>;
  /** The HAProxy that was started last. */
  readonly balancer: Balancer;
}

/** Describes a suite with a stage of its own; without an engine the suite is skipped, and says so. */
export function describeEdge(title: string, body: (edge: Edge) => void): void {
  describe(title, function () {
    this.timeout(90_000);
    let stage: HaproxyStage | undefined;
    let balancer: Balancer | undefined;
    before(async function () {
      const reason = await engineMissing();
      if (reason !== undefined) {
        console.log(`      SKIPPED, ${title}: ${reason}`);
        this.skip();
      }
      stage = await createHaproxyStage(["server2"]);
    });
    after(() => stage?.remove());

    const edge: Edge = {
      async start(loadBalancer) {
        balancer = await stage?.play("one-server", { "foobar:loadBalancer": loadBalancer });
      },
      async play(loadBalancer) {
        await edge.start(loadBalancer);
        await eventually(async () => assert.equal((await fetch(edge.balancer.url)).status, 200), 30);
      },
      get balancer() {
        assert.ok(balancer, "no HAProxy was started");
        return balancer;
      },
    };
    body(edge);
  });
}
