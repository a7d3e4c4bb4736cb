export interface Case {
  readonly name: string;
  /** The change of the folder, in the functions of backupStage/restore.sh, and then the restore. */
  readonly script: string;
  /** The last line of the restore. */
  readonly says: RegExp;
  /** The listed problem; default: none. */
  readonly lists?: RegExp;
}

const rows = (count: number) => new RegExp(`"rows":\\{"messages": ?${count}\\}`);

const untrue = (file: string) =>
  new RegExp(`^error: ${file} is not as this stack wrote it: it was changed, or written`);

const another = (file: string) => new RegExp(`^error: ${file} is not as it was written: its checksum is another`);

const FIRST = "restore first";

const SECOND = "restore second";

export const SOUND: readonly Case[] = [
  { name: "a backup and all of the archive", script: FIRST, says: rows(6) },
  { name: "a backup in the clear and all of the archive after it", script: SECOND, says: rows(6) },
  { name: "the content of one backup", script: `${SECOND} backup`, says: rows(3) },
  {
    name: "a backup without an archive after it",
    script: `rm -r $second $archive/0*; cp /stage/reach.0 $archive/reach.json; ${FIRST}`,
    says: rows(0),
  },
  {
    name: "a segment that was archived but not yet noted when everything ended",
    script: `cp /stage/reach.5 $archive/reach.json; ${FIRST}`,
    says: rows(6),
  },
  {
    name: "a moment before the changed part",
    script: `at=$(sed -E 's/.*"last":([0-9]+).*/\\1/' $archive/00000002.json); replace $archive/00000004.json '"first":' '"first":1'; ${FIRST} $at`,
    says: rows(2),
  },
  // Who has kept a copy of the whole folder can put all of it back: that shows only to the scripts at work, and as a
  // loss.
  {
    name: "the whole folder of an earlier time",
    script: `rm -r full archive; cp -a /stage/earlier/. .; ${FIRST}`,
    says: rows(3),
  },
];

export const full = "full/\\w+/manifest.json";

const CHANGED_FULL: readonly Case[] = (
  [
    ["its rows", `replace $first/manifest.json '"messages": *[0-9]+' '"messages":9'`],
    ["its name", `replace $first/manifest.json '"name":"2' '"name":"3'`],
    ["the time of the backup", `replace $first/manifest.json '"takenAt":"2' '"takenAt":"3'`],
    ["the timeline", `replace $first/manifest.json '"timeline":"first"' '"timeline":"other"'`],
    ["its transactions", `replace $first/manifest.json '"gtids":"' '"gtids":"1'`],
    ["whether it is encrypted", `replace $first/manifest.json '"encrypted":true' '"encrypted":false'`],
    ["its code", `replace $first/manifest.json '"hmac":"[0-9a-f]{4}' '"hmac":"0000'`],
    ["a manifest without a code, as of an older version", `replace $first/manifest.json ',"hmac":"[0-9a-f]*"' ''`],
    [
      "the same in a stack that older versions took backups of",
      `export UNAUTHENTICATED_UNTIL=20200101T000000Z; replace $first/manifest.json ',"hmac":"[0-9a-f]*"' ''`,
    ],
    ["a code by another key", `sign $first/manifest.json 00`],
    ["the manifest of another backup", `cp $second/manifest.json $first`],
    ["the folders of two backups exchanged", `exchange $first $second`],
    ["another kind of manifest, with its code", `cp $archive/reach.json $first/manifest.json`],
    ["more than one line", `echo >>$first/manifest.json; cat $second/manifest.json >>$first/manifest.json`],
  ] as const
).map(([name, script]) => ({
  name,
  script: `${script}; ${FIRST}`,
  says: untrue(full),
  lists: /^full.* is not as this stack/,
}));

export const CHANGED: readonly Case[] = [
  ...CHANGED_FULL,
  {
    name: "the name of the stack",
    script: `replace $first/manifest.json foobar/test foobar/prod; ${FIRST}`,
    says: untrue(full),
    lists: /manifest.json says that it is of another stack, foobar\/prod/,
  },
  {
    name: "a link in place of a manifest",
    script: `mv $first/manifest.json $first/other; ln -s other $first/manifest.json; ${FIRST}`,
    says: /^error: full\/\w+\/manifest.json is missing/,
    lists: /manifest.json is missing/,
  },
  ...(
    [
      ["a byte of the data", "overwrite $first/data", FIRST],
      ["a byte of data in the clear", "overwrite $second/data", SECOND],
      ["less data", "truncate --size=-1 $first/data", FIRST],
      ["more data", "echo >>$first/data", FIRST],
      ["data of two backups exchanged", "exchange $first/data $second/data", FIRST],
    ] as const
  ).map(([name, script, restore]) => ({ name, script: `${script}; ${restore}`, says: another("full/\\w+/data") })),
  ...(
    [
      ["the target of a file", "replace $first/contents 'foobar/messages' '../messages'"],
      ["the list of another backup", "cp $second/contents $first; echo >>$first/contents"],
    ] as const
  ).map(([name, script]) => ({ name, script: `${script}; ${FIRST}`, says: another("full/\\w+/contents") })),

  {
    name: "reach.json dropped",
    script: `rm $archive/reach.json; ${FIRST}`,
    says: /archive\/\w+\/reach.json is missing/,
    lists: /reach.json is missing/,
  },
  {
    name: "the archive dropped",
    script: `rm -r $archive; ${FIRST}`,
    says: /archive\/\w+\/reach.json is missing/,
    lists: /reach.json is missing/,
  },
  {
    name: "the end of the archive",
    script: `replace $archive/reach.json '"number":6' '"number":5'; ${FIRST}`,
    says: untrue("archive/\\w+/reach.json"),
    lists: /reach.json is not as/,
  },
  {
    name: "reach.json of another chain",
    script: `replace $archive/reach.json '"run":"2' '"run":"3'; sign $archive/reach.json; ${FIRST}`,
    says: untrue("archive/\\w+/reach.json"),
    lists: /reach.json is not as/,
  },
  {
    name: "an earlier reach.json put back",
    script: `cp /stage/reach.4 $archive/reach.json; ${FIRST}`,
    says: /archive\/\w+\/reach.json is older than the archive/,
  },
  {
    name: "the chain's very first reach.json put back",
    script: `cp /stage/reach.0 $archive/reach.json; ${FIRST}`,
    says: /archive\/\w+\/reach.json is older than the archive/,
  },
  {
    name: "the archive from before a backup put back",
    script: `rm $archive/0000000[3-6].*; cp /stage/reach.2 $archive/reach.json; ${SECOND}`,
    says: /archive\/\w+\/reach.json is older than the archive/,
  },
  ...(["00000001", "00000003", "00000006"] as const).map((segment) => ({
    name: `the segment ${segment} dropped`,
    script: `rm $archive/${segment}.*; ${FIRST}`,
    says: new RegExp(`archive/\\w+/${segment}.json is missing`),
    lists: new RegExp(`${segment}.json is missing`),
  })),
  {
    name: "the data of a segment dropped",
    script: `rm $archive/00000005.data; ${FIRST}`,
    says: /archive\/\w+\/00000005.data is missing/,
    lists: /00000005.data is missing/,
  },
  {
    name: "all segments dropped",
    script: `rm $archive/0*; ${FIRST}`,
    says: /archive\/\w+\/00000001.json is missing/,
    lists: /00000006.json is missing/,
  },
  ...(
    [
      [
        "two segments exchanged",
        "exchange $archive/00000002.json $archive/00000003.json; exchange $archive/00000002.data $archive/00000003.data",
        "00000002.json",
      ],
      [
        "a segment repeated",
        "cp $archive/00000003.json $archive/00000007.json; cp $archive/00000003.data $archive/00000007.data",
        "00000007.json",
      ],
      ["when a segment ends", `replace $archive/00000004.json '"last":' '"last":9'`, "00000004.json"],
      ["what a segment holds", `replace $archive/00000004.json '"after":"' '"after":"0'`, "00000004.json"],
      [
        "a segment without a code",
        `replace $archive/00000004.json ',"hmac":"[0-9a-f]*"' ''`,
        "00000004.json",
        "is not authenticated",
      ],
      [
        "a segment of another chain",
        `replace $archive/00000002.json '"run":"2' '"run":"3'; sign $archive/00000002.json`,
        "00000002.json",
      ],
      [
        "a segment of another stack",
        `replace $archive/00000002.json 'foobar/test' 'foobar/prod'; sign $archive/00000002.json`,
        "00000002.json",
      ],
    ] as const
  ).map(([name, script, file, says]) => ({
    name,
    script: `${script}; ${FIRST}`,
    says: says === undefined ? untrue(`archive/\\w+/${file}`) : new RegExp(`archive/\\w+/${file} ${says}`),
  })),
  {
    name: "a segment of the same number from another continuation of the archive",
    script: `replace $archive/00000003.json '"before":"' '"before":"0'; sign $archive/00000003.json; ${FIRST}`,
    says: /archive\/\w+\/00000003.json does not continue the one before it/,
  },
  ...(
    [
      ["a byte of a segment", "overwrite $archive/00000003.data"],
      ["less of a segment", "truncate --size=-1 $archive/00000003.data"],
      ["data of two segments exchanged", "exchange $archive/00000003.data $archive/00000004.data"],
    ] as const
  ).map(([name, script]) => ({ name, script: `${script}; ${FIRST}`, says: another("archive/\\w+/00000003.data") })),
];

const OLD = "export UNAUTHENTICATED_UNTIL=20260101T000000Z; age 20250101T000000Z";

const ACCEPTED = "export ACCEPT_UNAUTHENTICATED=yes";

const RESTORE_OLD = "restore 20250101T000000Z";

export const OLDER: readonly Case[] = [
  { name: "is restored if the user accepts it", script: `${OLD}; ${ACCEPTED}; ${RESTORE_OLD}`, says: rows(6) },
  {
    name: "is refused otherwise",
    script: `${OLD}; ${RESTORE_OLD}`,
    says: /full\/20250101T000000Z\/manifest.json is not authenticated/,
  },
  {
    name: "is refused, even if accepted, in a stack of which no older version took backups",
    script: `${OLD}; export UNAUTHENTICATED_UNTIL=; ${ACCEPTED}; ${RESTORE_OLD}`,
    says: untrue("full/20250101T000000Z/manifest.json"),
    lists: /full\/20250101T000000Z\/manifest.json is not as/,
  },
  {
    name: "is refused if it claims to be younger than this version",
    script: `${OLD}; export UNAUTHENTICATED_UNTIL=20240101T000000Z; ${ACCEPTED}; ${RESTORE_OLD}`,
    says: untrue("full/20250101T000000Z/manifest.json"),
    lists: /full\/20250101T000000Z\/manifest.json is not as/,
  },
  {
    name: "puts no file outside the data folder",
    script: `${OLD}; replace full/20250101T000000Z/contents 'foobar/messages' '../../messages'; ${ACCEPTED}; ${RESTORE_OLD}`,
    says: /20250101T000000Z cannot be unpacked/,
  },
  {
    name: "does not make an unauthenticated archive acceptable after an authenticated backup",
    script: `replace $archive/00000004.json ',"hmac":"[0-9a-f]*"' ''; export UNAUTHENTICATED_UNTIL=20260101T000000Z; ${ACCEPTED}; ${FIRST}`,
    says: /archive\/\w+\/00000004.json is not authenticated/,
  },
];
