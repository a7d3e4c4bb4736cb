import type { NodeSettings, Observation, OwnServer, PeerServer } from "../../../agent/observation.ts";
import type { Deciders } from "./deciders.ts";
import { NONE } from "./ledger.ts";
import { answering } from "./lifecycle.ts";
import { type Folder, heldIn, NOBODY, type Node, takesWrites } from "./node.ts";
import { replicasOf } from "./replication.ts";
import type { World } from "./world.ts";

/** What a member would answer, to whomever. */
interface Answer {
  readonly peer: PeerServer;
  readonly view: readonly number[];
}

/** Answers that are lost or late: by who asks and who answers. */
export interface Trouble {
  readonly asker: number;
  readonly peer: number;
  /** Rounds that the answer is old; 0: it is lost. */
  readonly age: number;
  readonly until: number;
}

/** Rounds that old answers are kept. */
const OLDEST = 4;

/** Sees what an agent sees. */
export class Observer {
  readonly #world: World;
  readonly #deciders: Deciders;
  readonly #past: (Answer | undefined)[][];
  troubles: Trouble[] = [];
  /** Whether old answers are kept, which takes time. */
  readonly #keeps: boolean;

  constructor(world: World, deciders: Deciders, keeps: boolean) {
    this.#world = world;
    this.#deciders = deciders;
    this.#keeps = keeps;
    this.#past = world.nodes.map(() => []);
  }

  /** Keeps the answers of this round for those that are late. */
  keep(): void {
    if (!this.#keeps) return;
    for (const [index, past] of this.#past.entries()) {
      past.unshift(answerOf(this.#world, this.#world.node(index)));
      if (past.length > OLDEST) past.pop();
    }
  }

  observe(node: Node): Observation {
    const { folder, container, agent } = node;
    const seen = {
      settings: settingsOf(this.#world, node),
      at: this.#world.round,
      own: ownOf(this.#world, node),
      marks: { ...container, ...marksIn(folder) },
      memory: agent.memory,
    };
    const peers = this.#deciders.needsPeers(seen) ? this.#peersOf(node) : undefined;
    return { ...seen, peers };
  }

  #peersOf(node: Node): Map<string, PeerServer> {
    const peers = new Map<string, PeerServer>();
    for (const peer of this.#world.nodes) {
      if (peer === node || !this.#world.reaches(node.index, peer.index)) continue;
      const answer = this.#answer(node.index, peer);
      if (answer === undefined) continue;
      peers.set(peer.name, answer.view.includes(node.index) ? { ...answer.peer, seesThisNode: true } : answer.peer);
    }
    return peers;
  }

  #answer(asker: number, peer: Node): Answer | undefined {
    const trouble = this.troubles.find(
      (one) => one.asker === asker && one.peer === peer.index && this.#world.round < one.until,
    );
    if (trouble === undefined) return answerOf(this.#world, peer);
    return trouble.age === 0 ? undefined : this.#past[peer.index]?.[trouble.age - 1];
  }
}

function settingsOf(world: World, node: Node): NodeSettings {
  return {
    ...{ member: node.name, peers: node.peers, isArbiter: node.isArbiter },
    ...{ replication: world.mode.replication, withoutReplica: world.mode.withoutReplica },
    desiredPrimary: world.node(world.wanted).name,
  };
}

/** The marks that are kept on the disk. */
function marksIn({ provisioning, isDataLost, knownTerm, ledIn }: Folder) {
  return { provisioning, isDataLost, knownTerm, ledIn };
}

/** What the node's own server says. */
export function ownOf(world: World, node: Node): OwnServer | undefined {
  const server = answering(node);
  if (server === undefined) return undefined;
  const { folder } = node;
  const { ledger } = world;
  return {
    term: ledger.newestTerm(folder.executed),
    ...{ group: server.groupState, role: server.role, hasMajority: server.hasMajority },
    sees: server.view.map((member) => world.node(member).name),
    source: folder.source === NOBODY ? undefined : world.node(folder.source).name,
    isReceiving: server.receives && server.connectedTo !== 0,
    ...{ isApplying: server.isApplying, broken: server.broken ?? server.cannotApply, cannotApply: server.cannotApply },
    writes: takesWrites(server),
    openedIn: server.openedIn,
    isClosed: server.isSuperReadOnly && !server.isSource,
    isPrepared: folder.isPrepared,
    executed: ledger.gtidSet(folder.executed),
    held: ledger.gtidSet(heldIn(folder)),
    unapplied: ledger.gtidSet(folder.relayed & ~folder.executed),
    hasReceived: folder.relayed !== NONE,
    clone: folder.clone,
    semisync: {
      replicas: server.isSource ? replicasOf(world, server) : 0,
      ...{
        waiting: server.sessions.length,
        acknowledged: server.acknowledged,
        holdsClone: server.donation?.awaits !== undefined,
      },
    },
    ...{ hasReplicationPassword: true, storesPassword: false },
  };
}

function answerOf(world: World, node: Node): Answer | undefined {
  const server = answering(node);
  if (server === undefined || !node.folder.isPrepared) return undefined;
  const { folder } = node;
  const { ledger } = world;
  const peer: PeerServer = {
    ...{ terms: ledger.countTerms(folder.executed), term: ledger.newestTerm(folder.executed) },
    ...{ writes: takesWrites(server), group: server.groupState, seesThisNode: false },
    executed: ledger.gtidSet(folder.executed),
    logged: ledger.gtidSet(folder.logged | folder.executed),
    held: ledger.gtidSet(heldIn(folder)),
    ...{ unclonable: [], takesFormerPassword: false },
  };
  return { peer, view: server.view };
}
