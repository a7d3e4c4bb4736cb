/** The number of answers of each server. */
export type Shares = Readonly<Record<string, number>>;

/** The longest that a site takes to answer; then the request has failed. */
const ANSWER_MS = 3_000;

/** The server that answers a request; its status, if no server of the stack answers. */
export async function serverOf(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_MS) });
  await response.text();
  return response.headers.get("x-server") ?? `status ${response.status}`;
}

export async function sharesOf(url: string, requests: number): Promise<Shares> {
  const servers: string[] = [];
  for (let request = 0; request < requests; request++) servers.push(await serverOf(url));
  return count(servers);
}

export function count(servers: readonly string[]): Shares {
  const shares: Record<string, number> = {};
  for (const server of servers) shares[server] = (shares[server] ?? 0) + 1;
  return shares;
}
