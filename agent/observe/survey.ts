import { Link } from "../mysql/link.ts";
import { markOf, type Secrets } from "../mysql/secrets.ts";
import type { PeerServer } from "../observation.ts";
import { reasonOf } from "../reason.ts";
import type { AgentSettings } from "../settings.ts";
import { askPeer } from "./peer.ts";

/** Seconds that a connection to a peer, and its answer, may take. */
const LIMITS = { connect: 2, answer: 3 } as const;

/** Asks the other members, all at once, by connections that are kept. */
export class Survey {
  readonly #member: string;
  readonly #secrets: Secrets;
  readonly #links: ReadonlyMap<string, Link>;
  /** Why each silent member did not answer. */
  readonly #silent = new Map<string, string>();

  constructor({ member, peers, port }: Pick<AgentSettings, "member" | "peers" | "port">, secrets: Secrets) {
    this.#member = member;
    this.#secrets = secrets;
    const target = async (host: string) => ({
      place: { host, port, authority: await secrets.authority() },
      account: { user: "replication", password: await secrets.password("replication") },
    });
    this.#links = new Map(peers.map((peer) => [peer, new Link(() => target(peer), LIMITS)]));
  }

  /** The members that answer. */
  async peers(): Promise<ReadonlyMap<string, PeerServer>> {
    const mark = markOf(await this.#secrets.password("replication"));
    const answers = await Promise.all([...this.#links].map(([peer, link]) => this.#ask(peer, link, mark)));
    return new Map(answers.flatMap((answer) => (answer === undefined ? [] : [answer])));
  }

  /** Why members did not answer the last survey, by member. */
  get silent(): ReadonlyMap<string, string> {
    return this.#silent;
  }

  async #ask(peer: string, link: Link, mark: string): Promise<[string, PeerServer] | undefined> {
    try {
      const server = await askPeer((statement) => link.ask(statement), this.#member, mark);
      this.#silent.delete(peer);
      return [peer, server];
    } catch (error) {
      this.#silent.set(peer, reasonOf(error));
      return undefined;
    }
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }
}
