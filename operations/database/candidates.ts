/** The command of a failover. It names the server if only one can become the primary. */
export function failoverCommand(candidates: readonly string[]): string {
  const [only, ...more] = candidates;
  return `npm run database -- failover ${only === undefined || more.length > 0 ? "SERVER" : only}`;
}
