/** The application, as /version names it. Its own constants: the bundle must not change with the rest of the project. */
export const APPLICATION = { name: "foobar", version: "0.1.0" } as const;
