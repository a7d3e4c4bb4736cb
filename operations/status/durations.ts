const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** A duration in its two largest units: 3 d 4 h, 12 min, 41 s. Minutes and seconds are not shown together. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex(([, size]) => whole >= size);
  const [unit, size] = UNITS[first] ?? ["s", 1];
  const most = `${Math.floor(whole / size)} ${unit}`;
  const [smaller, small] = UNITS[first + 1] ?? ["s", 1];
  const rest = Math.floor((whole % size) / small);
  return (unit === "d" || unit === "h") && rest > 0 ? `${most} ${rest} ${smaller}` : most;
}

/** The time between two moments. */
export function between(from: Date, to: Date): string {
  return duration((to.getTime() - from.getTime()) / 1_000);
}
