/**
 * The number of transactions in a set of GTIDs.
 * @param gtids as MySQL writes it: `uuid:1-5:7,uuid:tag:1`
 */
export function countTransactions(gtids: string): number {
  return gtids
    .split(",")
    .flatMap((source) => source.trim().split(":").slice(1))
    .reduce((sum, interval) => {
      const [first = "", last = first] = interval.split("-");
      const count = Number(last) - Number(first) + 1;
      // A part that is not an interval is a tag.
      return Number.isNaN(count) ? sum : sum + count;
    }, 0);
}
