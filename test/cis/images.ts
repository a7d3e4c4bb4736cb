import { type Item, isKeepalived, isProgramAlone, unless } from "./item.ts";

/** Section 4 of the benchmark: images and their build files. */
export const IMAGES: readonly Item[] = [
  {
    id: "4.1",
    recommendation: "A user for the container",
    answer:
      "Every container has a user id of its own program. A pair's keepalived is root, because the engine gives added capabilities to no other user; its HAProxy is not.",
    check: ({ info: { Config } }) => unless(/^[1-9]\d*:[1-9]\d*$/.test(Config.User), `user ${Config.User || "root"}`),
    waived: isKeepalived,
  },
  {
    id: "4.2",
    recommendation: "Trusted base images",
    answer: "The images are the official ones. `npm run images -- pin` pins each to its digest.",
  },
  {
    id: "4.3",
    recommendation: "No unnecessary packages",
    answer:
      "keepalived's image adds two packages to HAProxy's without recommended ones; the other images are not the project's.",
  },
  {
    id: "4.4",
    recommendation: "Images scanned and rebuilt",
    answer:
      "`npm run sbom` lists the packages of each image for a scanner; another tag or digest in `images` replaces an image.",
  },
  {
    id: "4.5",
    recommendation: "Content trust",
    answer: "Not used: Docker Hub retires it. Digests identify the images instead.",
  },
  {
    id: "4.6",
    recommendation: "HEALTHCHECK in images",
    answer: "Health checks are set for each container, because the images are not the project's.",
    check: ({ info: { Config } }) => unless((Config.Healthcheck?.Test ?? []).length > 0, "no health check"),
    waived: isProgramAlone,
  },
  {
    id: "4.7",
    recommendation: "No update instruction alone",
    answer: "The only build file of the stack updates and installs in one instruction.",
  },
  {
    id: "4.8",
    recommendation: "No setuid and setgid programs",
    answer: "The images have some; no-new-privileges makes them harmless (5.26).",
  },
  {
    id: "4.9",
    recommendation: "COPY instead of ADD",
    answer: "The only build file of the stack has neither.",
  },
  {
    id: "4.10",
    recommendation: "No secrets in build files",
    answer: "The only build argument is the name of the base image.",
  },
  {
    id: "4.11",
    recommendation: "Verified packages only",
    answer: "apt verifies the signatures of Debian's archive.",
  },
  {
    id: "4.12",
    recommendation: "Signed artifacts validated",
    answer: "Not done: a digest proves that an image is the one that was pinned, and not who made it.",
  },
];
