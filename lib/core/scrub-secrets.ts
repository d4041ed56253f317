// Takes secrets out of what leaves the console: those that are known by value, and whatever stands where a secret is written.
import { REDACTED } from './release';

/** Of a shorter one every text is full; such a value is found by its place alone. */
const SHORTEST_KNOWN = 4;

/**
 * In quotes, in quotes within JSON, in quotes that nobody closed, or to the end of the line, which within JSON is written as two
 * characters. A quote within a bare value ends it only where JSON goes on behind it.
 */
const VALUE = String.raw`(?:\\"(?:(?!\\["n])[^\n"])*\\"|"(?:[^"\\\n]|\\.)*"|\\"(?:(?!\\n)[^\n"])*|"[^\n]*|(?!\\n|\\")[^\s"](?:(?!\\n|\\")[^\n"]|"(?![,:}\]\s]|$))*)`;

/** Anywhere in a line: a message may quote one. */
const PLACES: readonly RegExp[] = [
  // keepalived.conf
  new RegExp(`\\b((?:auth_pass|smtp_password)[ \\t]+)${VALUE}`, 'gi'),
  // ldirectord.cf and whatever else is written `name = value`
  new RegExp(`\\b((?:passwd|password|secret|community|token|api_?key)[ \\t]*[=:][ \\t]*)${VALUE}`, 'gi'),
  // /etc/ha.d/authkeys
  new RegExp(`\\b(\\d+[ \\t]+(?:md5|sha1|hmac-[a-z0-9]+)[ \\t]+)${VALUE}`, 'gi'),
  new RegExp(`\\b(authorization:[ \\t]*(?:basic|bearer)[ \\t]+)${VALUE}`, 'gi'),
];
const IN_ADDRESS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"]+@/gi;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const SECRET_NAME =
  /^(auth_?pass|passwd|password|secret|secrets|token|api_?key|private_?key|heartbeat_?key|webhook_?url|community)$/i;

/** `known`: secrets by their values, which are nowhere to be read afterwards, also as they stand in addresses and headers. */
export function scrubText(text: string, known: readonly string[]): string {
  let scrubbed = text.replace(PRIVATE_KEY, REDACTED).replace(IN_ADDRESS, `$1${REDACTED}@`);
  for (const place of PLACES) scrubbed = scrubbed.replace(place, `$1${REDACTED}`);
  for (const value of spellings(known)) scrubbed = scrubbed.replaceAll(value, REDACTED);
  return scrubbed;
}

/** The same of every text in a value, and of whatever a secret's name leads to. */
export function scrubValue(value: unknown, known: readonly string[]): unknown {
  if (typeof value === 'string') return scrubText(value, known);
  if (Array.isArray(value)) return value.map((each) => scrubValue(each, known));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      scrubText(key, known),
      SECRET_NAME.test(key) && typeof part === 'string' ? REDACTED : scrubValue(part, known),
    ]),
  );
}

/** Longest first, so that no part of one is left behind. */
function spellings(known: readonly string[]): string[] {
  const long = known.filter((value) => value.length >= SHORTEST_KNOWN);
  const all = long.flatMap((value) => [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    toBase64(value),
  ]);
  return [...new Set(all)].toSorted((a, b) => b.length - a.length);
}

function toBase64(value: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(value)));
}
