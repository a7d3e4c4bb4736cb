/**
 * The application's name and version for /version. Constants, so that the rest of the project cannot change the bundle.
 */
export const APPLICATION = { name: "foobar", version: "0.1.0" } as const;
