// Values in the JSON of nft, spelled as its text spells them.

export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9`, `80`, `80-90`; empty for anything else. */
export function spelledJson(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (!isJsonObject(value)) return '';
  if (isJsonObject(value.prefix)) return `${spelledJson(value.prefix.addr)}/${spelledJson(value.prefix.len)}`;
  return Array.isArray(value.range) ? value.range.map(spelledJson).join('-') : '';
}
