/**
 * Replaces, in the bundle only, indirect dependencies that are never called here: the compilers of JSON schemas (no
 * route has one) and the certificates of a hosting company's databases. They would be a third of the bundle.
 */
export const ca: readonly string[] = [];
