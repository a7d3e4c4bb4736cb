/** Connections that the plan needs: who opens them, to which ports of whom. */
export interface Connection {
  /** An instance's name. The containers of a load balancer have one network namespace, and its name. */
  readonly from: string;
  readonly to: string;
  /** TCP ports of `to`. */
  readonly ports: readonly number[];
  readonly why: string;
}
