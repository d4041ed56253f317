// Times as people read them: "4 s", "3 min ago", "14:05:09".

/** `850 ms`, `4 s`, `2 min 5 s`, `3 h 12 min`. */
export function printDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `3 min ago`, `just now`, and `in 3 min` for what is to come. */
export function printAgo(iso: string, now: number): string {
  const ms = now - Date.parse(iso);
  if (Math.abs(ms) < 5_000) return 'just now';
  const [first, unit] = printDuration(Math.abs(ms)).split(' ');
  return ms > 0 ? `${first} ${unit} ago` : `in ${first} ${unit}`;
}

/** Every part named: beside a zone the locale alone writes the hour with one digit. */
const EXACT: Intl.DateTimeFormatOptions = {
  ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
};

/** Date and time to the second in the browser's zone, and the zone. */
export function printExact(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE', EXACT);
}

/** The same in UTC, for what stands beside an axis in UTC. */
export function printExactUtc(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE', { ...EXACT, timeZone: 'UTC' });
}

export function printClock(iso: string): string {
  return new Date(iso).toLocaleTimeString('sv-SE');
}
