import { PROJECT_LABEL, PURPOSE_LABEL } from "../../engine/labels.ts";

/** The name of the unit's file. */
export const UNIT_FILE = "foobar-boot.service";

/** Rounds and the seconds between them: two minutes, and longer where a start itself waits for the swarm. */
const ROUNDS = 8;
const BETWEEN_SECONDS = 15;

/**
 * A unit of systemd that starts a project's containers that a boot has left stopped. An engine tries each container
 * once, and before the swarm's managers answer it cannot start those in networks between machines.
 *
 * The oldest come first: a container that shares another's network starts after that one. Containers that have never run
 * carry files and are "created", not "exited". Those with a purpose belong to a command that is at work, or was.
 */
export function bootUnit(project: string): string {
  return `# Starts the containers of ${project} that a boot of this machine, or a restart of its engine, has left stopped. It also
# starts those that somebody has stopped by hand. The same file is for every machine of the stack, and for every stack.
#
#   npm run --silent hosts -- unit | ssh root@MACHINE tee /etc/systemd/system/${UNIT_FILE}
#   ssh root@MACHINE systemctl daemon-reload
#   ssh root@MACHINE systemctl enable ${UNIT_FILE}
#
# What it did: journalctl -u ${UNIT_FILE}. No longer wanted: systemctl disable ${UNIT_FILE}.
[Unit]
Description=Containers of ${project} that the engine has left stopped
After=docker.service
Requires=docker.service

[Service]
# A boot does not wait for it.
Type=simple
ExecStart=/bin/sh -c '${inUnit(script(project))}'

[Install]
WantedBy=docker.service
`;
}

/** The command of the unit, in one line. systemd puts it into single quotes, so it has none, and no backslash. */
export function script(project: string): string {
  const list = `docker ps --all --filter status=exited --filter label=${PROJECT_LABEL}=${project} --format "{{.ID}} {{.Labels}}"`;
  const start = 'while read -r id labels; do docker start "$id" || true; done';
  const round = `${list} | grep -v ${PURPOSE_LABEL}= | tac | ${start}`;
  return `for round in $(seq ${ROUNDS}); do ${round}; sleep ${BETWEEN_SECONDS}; done`;
}

/** systemd takes single dollar and percent signs for its own. */
function inUnit(command: string): string {
  return command.replaceAll("$", "$$$$").replaceAll("%", "%%");
}
