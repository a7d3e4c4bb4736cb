/**
 * Whether an error of the donor is a refusal, after which this node goes on with its data. MySQL has one error for a donor
 * that refuses a clone before anything has changed, and for one that fails in the middle, when the data here are gone.
 * @param hasDropped whether this node has begun to drop its data; undefined: its server does not say
 */
export function isRefusal(hasDropped: boolean | undefined): boolean {
  return hasDropped === false;
}
