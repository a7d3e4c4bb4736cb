import type { Query } from "../../components/monitoring/queries.ts";

/**
 * Asks a live Prometheus every query.
 * @param url the address below which its API is, with a slash at its end
 * @returns a line for each query that it refuses, or for which it has no number
 */
export async function unanswered(url: string, queries: readonly Query[]): Promise<string[]> {
  const found = await Promise.all(
    queries.map(async ({ name, expr, by }) => {
      const response = await fetch(`${url}api/v1/query?${new URLSearchParams({ query: expr })}`);
      const { status, error, data } = await response.json();
      if (status !== "success") return [`${name} is refused: ${error}`];
      const series: readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[] =
        data.result;
      const numbers = series.filter(({ value: [, text] }) => Number.isFinite(Number(text)));
      if (numbers.length === 0) return [`${name} has no figure`];
      if (by === undefined) return numbers.length === 1 ? [] : [`${name} has ${numbers.length} series in place of one`];
      return numbers.every(({ metric }) => metric[by] !== undefined) ? [] : [`${name} has a series without ${by}`];
    }),
  );
  return found.flat();
}
