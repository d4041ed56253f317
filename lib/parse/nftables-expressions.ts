// The expressions of one rule as `nft -j` lists them, put back into the words that our text has, and read as such.
import { readNftRule } from './nftables-rule';
import type { NftRule } from './nftables-table';
import { isJsonObject, spelledJson, type JsonObject } from './nftables-spelling';

/** Answers why it is no rule of ours. */
export function readNftExpressions(expressions: readonly unknown[]): NftRule | string {
  const words: string[] = [];
  for (const expression of expressions) {
    const text = isJsonObject(expression) ? wordsOf(expression) : undefined;
    if (text === undefined) return `cannot read ${JSON.stringify(expression).slice(0, 100)}`;
    words.push(text);
  }
  // A limit and its log are two expressions and one statement in words.
  return readNftRule(words.join(' '));
}

function wordsOf({ match, mangle, limit, log, ...expression }: JsonObject): string | undefined {
  if (isJsonObject(match)) return matchWords(match);
  if (isJsonObject(mangle)) return mangleWords(mangle);
  if (isJsonObject(limit)) return limitWords(limit);
  if (isJsonObject(log)) return hasOnly(log, 'prefix') ? `log prefix "${spelledJson(log.prefix)}"` : undefined;
  return expression.masquerade === null ? 'masquerade' : undefined;
}

/** Further keys are flags and units, which change what it does. */
function hasOnly(object: JsonObject, ...keys: string[]): boolean {
  return Object.keys(object).every((key) => keys.includes(key));
}

function limitWords(limit: JsonObject): string | undefined {
  const { rate, burst, per } = limit;
  if (per !== 'second' || !hasOnly(limit, 'rate', 'burst', 'per')) return undefined;
  return `limit rate ${spelledJson(rate)}/second burst ${spelledJson(burst)} packets`;
}

function matchWords({ op, left, right }: JsonObject): string | undefined {
  const key = keyWords(left);
  const negation = op === '!=' ? '!= ' : op === '==' ? '' : undefined;
  if (key === undefined || negation === undefined) return undefined;
  const values = isJsonObject(right) && Array.isArray(right.set) ? (right.set as unknown[]) : [right];
  const isName = key === 'iifname' || key === 'oifname';
  const spelled = values.map(spelledJson);
  if (spelled.includes('')) return undefined;
  const texts = spelled.map((text) => (isName ? `"${text}"` : text));
  return `${key} ${negation}${texts.length === 1 ? (texts[0] ?? '') : `{ ${texts.join(', ')} }`}`;
}

/** `ip daddr`, `tcp dport`, `meta l4proto`, `iifname`. */
function keyWords(left: unknown): string | undefined {
  if (!isJsonObject(left)) return undefined;
  if (isJsonObject(left.payload)) return `${spelledJson(left.payload.protocol)} ${spelledJson(left.payload.field)}`;
  if (!isJsonObject(left.meta)) return undefined;
  const name = spelledJson(left.meta.key);
  return name === 'iifname' || name === 'oifname' ? name : `meta ${name}`;
}

/** A mark as nft writes it in text, or the answer of a map. */
function mangleWords({ key, value }: JsonObject): string | undefined {
  if (keyWords(key) !== 'meta mark') return undefined;
  if (typeof value === 'number') return `meta mark set 0x${value.toString(16)}`;
  if (!isJsonObject(value) || !isJsonObject(value.map)) return undefined;
  const asked = value.map.key;
  const parts = isJsonObject(asked) && Array.isArray(asked.concat) ? (asked.concat as unknown[]) : [asked];
  return `meta mark set ${parts.map((part) => keyWords(part) ?? '').join(' . ')} map ${spelledJson(value.map.data)}`;
}
