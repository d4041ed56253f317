// The console's clock as this browser reckons it: ages and countdowns are of the console's times, and a browser's own clock may be minutes off.

/** Some pings come late, none comes early: of the last ones the largest difference is the nearest to the truth. */
const MOST_KEPT = 6;
let differences: number[] = [];

/** Both in milliseconds since the epoch; `heardMs` of this browser. */
export function hearConsoleTime(saidMs: number, heardMs = Date.now()): void {
  if (Number.isFinite(saidMs)) differences = [...differences, saidMs - heardMs].slice(-MOST_KEPT);
}

/** Without a word of the console the browser's own time stands. */
export function toConsoleTime(browserMs: number): number {
  return differences.length === 0 ? browserMs : browserMs + Math.max(...differences);
}

export function consoleNow(): number {
  return toConsoleTime(Date.now());
}
