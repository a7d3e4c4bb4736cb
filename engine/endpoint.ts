/** The host of an endpoint as other programs take it: an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** The user of an endpoint as it is written in the system; empty: the endpoint names none. */
export function userOf({ username }: URL): string {
  return decodeURIComponent(username);
}
