/** Spellings of a path, as request lines may have them, that some program on the way could take for the path itself. */
export function spellings(name: string): string[] {
  const first = `%${name.charCodeAt(0).toString(16)}`;
  const rest = name.slice(1);
  const before = [
    "/",
    "//",
    "/./",
    "/%2e/",
    "/x/../",
    "/x/%2e%2e/",
    "/x%2f..%2f",
    "/%2f",
    "/%2F/",
    "/static/../",
    "/;/",
  ];
  const after = [
    "",
    "?x",
    "/",
    "/.",
    "//",
    ".",
    ";x",
    "%3bx",
    "%00",
    "%0a",
    "%20",
    "%09",
    "%2f",
    "%3f",
    "%3fx",
    "%23",
    "%5c",
  ];
  return [
    ...before.map((prefix) => `${prefix}${name}`),
    ...after.map((suffix) => `/${name}${suffix}`),
    ...[`/${first}${rest}`, `/${first.replace("%", "%25")}${rest}`, `/${name.toUpperCase()}`, `/%5c${name}`],
    ...[`http://a/${name}`, `http://a//${name}`, `HTTPS://a/${first}${rest}`],
  ];
}
