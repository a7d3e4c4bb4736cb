import type Docker from "dockerode";

/** A machine of a swarm, as its managers know it. */
export interface SwarmNode {
  readonly id: string;
  readonly hostname: string;
  /** As the manager names it: "ready", "down", "unknown". */
  readonly status: string;
  readonly isManager: boolean;
}

/** An engine's part in a swarm. */
export interface SwarmState {
  /** As the engine names it: "active" if it is in one, "inactive", "pending", "locked" or "error". */
  readonly state: string;
  readonly nodeId: string;
  /** The address at which the others reach it; empty: it is in none. */
  readonly address: string;
  readonly isManager: boolean;
  /** The machines that a manager knows; undefined: it is none, or it does not say them. */
  readonly nodes: readonly SwarmNode[] | undefined;
  /** Why a manager does not say them: too few managers are up. */
  readonly reason: string | undefined;
}

/** What the engine says about itself, as far as it is read here. */
export interface SwarmInfo {
  readonly LocalNodeState?: string;
  readonly NodeID?: string;
  readonly NodeAddr?: string;
  readonly ControlAvailable?: boolean;
}

/** Milliseconds in which a manager without the others says so; it can take longer than 20 s. */
const ANSWER_MS = 8_000;

/** An engine's part in a swarm, by what it says about itself and, on a manager, about the others. */
export async function swarmState(engine: Docker, info: SwarmInfo = {}): Promise<SwarmState> {
  const isManager = info.ControlAvailable === true;
  const asked = isManager ? await nodesOf(engine) : undefined;
  return {
    state: info.LocalNodeState ?? "inactive",
    nodeId: info.NodeID ?? "",
    address: info.NodeAddr ?? "",
    isManager,
    nodes: typeof asked === "string" ? undefined : asked,
    reason: typeof asked === "string" ? asked : undefined,
  };
}

async function nodesOf(engine: Docker): Promise<SwarmNode[] | string> {
  // The library's types lack this option.
  const list: (options: object) => Promise<readonly Node[]> = engine.listNodes.bind(engine);
  try {
    const nodes = await list({ abortSignal: AbortSignal.timeout(ANSWER_MS) });
    return nodes.map(({ ID, Description, Status, ManagerStatus }) => ({
      id: ID,
      hostname: Description?.Hostname ?? ID,
      status: Status?.State ?? "unknown",
      isManager: ManagerStatus !== undefined && ManagerStatus !== null,
    }));
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error);
  }
}

/** A machine in the answer of the engine's API. */
interface Node {
  readonly ID: string;
  readonly Description?: { readonly Hostname?: string };
  readonly Status?: { readonly State?: string };
  readonly ManagerStatus?: object | null;
}
