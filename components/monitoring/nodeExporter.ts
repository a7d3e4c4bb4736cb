import { EXPORTER_PORTS } from "../../topology/ports.ts";

/** The machine's file system in the exporter's container. */
export const MACHINE_FOLDER = "/host";

/** What is asked of the machine: all collectors by default would have ten times the figures. */
const COLLECTORS = [
  ...["cpu", "diskstats", "filefd", "filesystem", "loadavg", "meminfo", "pressure", "stat", "time", "uname", "vmstat"],
];

/** The folder with a folder for each kind of program that writes figures into files. */
export const FIGURES_FOLDER = "/figures";

/**
 * The exporter's options.
 * @param hasFigures whether it has figures of other programs
 */
export function machineOptions(name: string, hasFigures: boolean): string[] {
  return [
    `--path.rootfs=${MACHINE_FOLDER}`,
    `--path.procfs=${MACHINE_FOLDER}/proc`,
    `--path.sysfs=${MACHINE_FOLDER}/sys`,
    `--web.listen-address=${name}:${EXPORTER_PORTS.node}`,
    "--web.disable-exporter-metrics",
    "--collector.disable-defaults",
    ...COLLECTORS.map((collector) => `--collector.${collector}`),
    ...(hasFigures ? ["--collector.textfile", `--collector.textfile.directory=${FIGURES_FOLDER}/*`] : []),
  ];
}
