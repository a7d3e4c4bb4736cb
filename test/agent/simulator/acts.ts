import type { Act, Outcome } from "./action.ts";
import type { Kind, NewTerm } from "./ledger.ts";
import { NOBODY, type Node, type Server } from "./node.ts";
import { changeSource, resetReplica, startApplier, startReceiver, stopReceiver } from "./replication.ts";
import type { World } from "./world.ts";
import { release, writeAs } from "./writing.ts";

/** Rounds that somebody waits who closes a server. */
const CLOSE_ROUNDS = 10;

/**
 * The acts that steps consist of. A session ends with its server: its later acts fail, although the next run of the
 * server may answer.
 */
export class Acts {
  readonly world: World;
  readonly node: Node;
  #run = 0;

  constructor(world: World, node: Node) {
    this.world = world;
    this.node = node;
  }

  /** A file of the node: no server is needed. */
  file(name: string, write: () => void): Act {
    return {
      name,
      run: () => {
        write();
        return "done";
      },
    };
  }

  /** Statements in the step's session. */
  sql(name: string, run: (server: Server) => boolean | Outcome): Act {
    return {
      name,
      run: () => {
        // What was sent to a frozen server is done when it goes on.
        if (this.node.isFrozen) return "again";
        const { server } = this.node;
        if (server === undefined || (this.#run !== 0 && this.#run !== server.run)) return "failed";
        this.#run = server.run;
        const outcome = run(server);
        return typeof outcome === "string" ? outcome : outcome ? "done" : "failed";
      },
    };
  }

  superReadOnlyOff(): Act {
    return this.sql("super_read_only off", (server) => {
      server.isSuperReadOnly = false;
      return true;
    });
  }

  /** Fails if the node has got another source. */
  openForAgent(source: number): Act {
    return this.sql("super_read_only off, unless there is another source", (server) => {
      const present = this.node.folder.source;
      if (present !== NOBODY && present !== source) return false;
      server.isSuperReadOnly = false;
      return true;
    });
  }

  /** MySQL waits for the commits that are on their way, and those may wait for an acknowledgement. */
  superReadOnlyOn(): Act {
    let waited = 0;
    return this.sql("super_read_only on", (server) => {
      server.isClosing = server.sessions.length > 0 && waited < CLOSE_ROUNDS;
      waited += 1;
      if (server.isClosing) return "again";
      if (server.sessions.length > 0) return "failed";
      server.isReadOnly = true;
      server.isSuperReadOnly = true;
      return true;
    });
  }

  /** Closes the server, and ends the connections that wait: what they wrote is committed, and nobody is told. */
  dismissWriters(): Act {
    return this.sql("super_read_only on", (server) => {
      for (const { bit } of server.sessions) this.node.folder.executed |= bit;
      Object.assign(server, { sessions: [], isClosing: false, isReadOnly: true, isSuperReadOnly: true });
      return true;
    });
  }

  /** The sign that a switchover closes this server. */
  signClosing(term: number): Act {
    return this.sql("sign of a switchover", (server) => {
      Object.assign(server, { openedIn: term, closingIn: term });
      return true;
    });
  }

  /** The sign that this server was opened, and that no switchover closes it. */
  signOpened(term: number): Act {
    return this.sql("sign of an open server", (server) => {
      Object.assign(server, { openedIn: term, closingIn: 0 });
      return true;
    });
  }

  signSeenOpen(term: number): Act {
    return this.sql("sign of an open server", (server) => {
      if (server.closingIn === term) return true;
      const hasStartedAgain = server.isReadOnly && !server.isSuperReadOnly;
      Object.assign(server, { openedIn: hasStartedAgain ? 0 : term, closingIn: 0 });
      return true;
    });
  }

  unsign(): Act {
    return this.sql("no sign", (server) => {
      Object.assign(server, { openedIn: 0, closingIn: 0 });
      return true;
    });
  }

  /** Fails if somebody has opened the server meanwhile. */
  stillClosed(): Act {
    return this.sql("look whether it is closed", (server) => server.isSuperReadOnly);
  }

  /** read_only off opens a server also to administrators: MySQL switches super_read_only off with it. */
  readOnlyOff(): Act {
    return this.sql("read_only off", (server) => {
      server.isReadOnly = false;
      server.isSuperReadOnly = false;
      return true;
    });
  }

  semisyncOn(): Act {
    return this.sql("semisync source on", (server) => {
      server.isSource = this.world.mode.replication === "semisync";
      server.isDegraded = false;
      return true;
    });
  }

  semisyncOff(): Act {
    return this.sql("semisync source off", (server) => {
      server.isSource = false;
      release(this.world, this.node, server);
      return true;
    });
  }

  reset(): Act {
    return this.sql("reset replica", (server) => {
      if (this.node.folder.source !== NOBODY) resetReplica(this.world, this.node, server);
      return true;
    });
  }

  stopReceiver(): Act {
    return this.sql("stop receiver", (server) => {
      stopReceiver(server);
      return true;
    });
  }

  stopReplica(): Act {
    return this.sql("stop replica", (server) => {
      stopReceiver(server);
      server.isApplying = false;
      return true;
    });
  }

  startApplier(): Act {
    return this.sql("start applier", (server) => startApplier(this.world, this.node, server));
  }

  startReplica(): Act {
    return this.sql("start replica", (server) => {
      if (!server.isApplying && !startApplier(this.world, this.node, server)) return false;
      return startReceiver(this.node, server);
    });
  }

  changeSource(source: number): Act {
    return this.sql("change source", (server) => {
      // MySQL refuses it as long as the receiver runs.
      if (server.receives) return false;
      changeSource(this.world, this.node, server, source);
      return true;
    });
  }

  write(name: string, kind: Kind, term?: NewTerm): Act {
    return this.sql(name, () => writeAs(this.world, this.node, kind, term));
  }
}
