/** Nginx's configuration folder in its container. */
export const CONFIG_FOLDER = "/etc/foobar";
