// Reads `ip -j addr`, `ip -j [-d] rule` and `ip -j [-d] route show table all`.
import { z } from 'zod';
import { parseAddress } from '../core/address';
import { atLine, numberedLines, type Parsed } from './parsed';

export type HeldAddress = {
  interface: string;
  family: 4 | 6;
  address: string;
  prefixLength: number;
  scope: string;
  label?: string;
};
/** `protocol` is the rtnetlink protocol as text (`kernel`, `76`); absent when the call was made without `-d`. */
export type PolicyRuleState = {
  family: 4 | 6;
  priority: number;
  interface?: string;
  mark?: number | undefined;
  mask?: number;
  source: string;
  destination: string;
  table: string;
  protocol?: string;
  /** Further conditions or actions of the rule, by their words: what it does to a packet is then not known. */
  more?: string[];
};
export type RouteState = {
  family: 4 | 6;
  type: string;
  destination: string;
  table: string;
  device?: string;
  gateway?: string;
  protocol?: string;
};

const text = z.union([z.string(), z.number()]).transform(String);
const bits = z.int().min(0).max(128);
/** `0x1`, or a number in some versions. */
const mark = text.pipe(z.string().regex(/^(?:0x[0-9a-f]{1,8}|\d{1,10})$/)).transform(Number);
const linkSchema = z.object({
  ifname: z.string(),
  addr_info: z
    .array(
      z.object({
        family: z.enum(['inet', 'inet6']),
        local: z.string().refine((address) => parseAddress(address).ok, 'is no address'),
        prefixlen: bits,
        scope: z.string().default('global'),
        label: z.string().optional(),
      }),
    )
    .default([]),
});
/** What `ip rule` says of a rule without any effect on which packets it takes. */
const RULE_NOTES = ['iif_detached', 'flags'];
const ruleSchema = z.looseObject({
  priority: z.int().min(0).max(0xffff_ffff),
  iif: z.string().optional(),
  fwmark: mark.optional(),
  fwmask: mark.optional(),
  src: z.string().default('all'),
  srclen: bits.optional(),
  dst: z.string().default('all'),
  dstlen: bits.optional(),
  table: text.optional(),
  protocol: text.optional(),
});
const routeSchema = z.object({
  type: z.string().default('unicast'),
  dst: z.string(),
  table: text.default('main'),
  dev: z.string().optional(),
  gateway: z.string().optional(),
  protocol: text.optional(),
  pref: z.string().optional(),
});

export function parseIpAddresses(output: string): Parsed<HeldAddress[]> {
  const { value, diagnostics } = readArrays('ip-addr', output, linkSchema);
  return {
    value: value.flatMap(({ item: { ifname, addr_info } }) =>
      addr_info.map(({ family, local, prefixlen, scope, label }) => ({
        interface: ifname,
        family: family === 'inet' ? (4 as const) : (6 as const),
        address: local,
        prefixLength: prefixlen,
        scope,
        ...(label !== undefined && { label }),
      })),
    ),
    diagnostics,
  };
}

/** Rules of one family; `-6` prints the same words, so the family is the caller's, or 6 for a second array. */
export function parseIpRules(output: string, family: 4 | 6 = 4): Parsed<PolicyRuleState[]> {
  const { value, diagnostics } = readArrays('ip-rule', output, ruleSchema);
  return { value: value.map(({ item, array }) => toRule(item, array > 0 ? 6 : family)), diagnostics };
}

function toRule(rule: z.infer<typeof ruleSchema>, family: 4 | 6): PolicyRuleState {
  const { priority, iif, fwmark, fwmask, src, srclen, dst, dstlen, table = '', protocol, ...others } = rule;
  const more = Object.keys(others).filter((word) => !RULE_NOTES.includes(word));
  return {
    family,
    priority,
    ...(iif !== undefined && { interface: iif }),
    ...(fwmark !== undefined && { mark: fwmark }),
    ...(fwmask !== undefined && { mask: fwmask }),
    source: srclen === undefined ? src : `${src}/${srclen}`,
    destination: dstlen === undefined ? dst : `${dst}/${dstlen}`,
    table,
    ...(protocol !== undefined && { protocol }),
    ...(more.length > 0 && { more }),
  };
}

export function parseIpRoutes(output: string): Parsed<RouteState[]> {
  const { value, diagnostics } = readArrays('ip-route', output, routeSchema);
  return { value: value.map(({ item }) => toRoute(item)), diagnostics };
}

function toRoute({ type, dst, table, dev, gateway, protocol, pref }: z.infer<typeof routeSchema>): RouteState {
  return {
    family: familyOfRoute(dst, gateway, pref),
    type,
    destination: dst,
    table,
    ...(dev !== undefined && { device: dev }),
    ...(gateway !== undefined && { gateway }),
    ...(protocol !== undefined && { protocol }),
  };
}

/** `default` carries no family; only IPv6 routes have a router preference. */
function familyOfRoute(destination: string, gateway = '', preference?: string): 4 | 6 {
  if (destination !== 'default') return destination.includes(':') ? 6 : 4;
  return gateway.includes(':') || preference !== undefined ? 6 : 4;
}

/** One JSON array a line: two calls give two arrays. No line at all is no answer: every host has loopback, rules and routes. */
function readArrays<Schema extends z.ZodType>(tool: string, output: string, schema: Schema) {
  const value: { item: z.infer<Schema>; array: number }[] = [];
  const lines = numberedLines(output);
  if (lines.length === 0) return { value, diagnostics: [unreadableJson(tool, 1, 'it is empty')] };
  const diagnostics = lines.flatMap(({ number, text: line }, array) => {
    const items = parseJson(line);
    if (!Array.isArray(items)) return [unreadableJson(tool, number, 'it is not a JSON array')];
    return items.flatMap((raw: unknown, index) => {
      const result = schema.safeParse(raw);
      if (result.success) {
        value.push({ item: result.data, array });
        return [];
      }
      const why = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
      return [unreadableJson(tool, number, `object ${index} has ${why}`)];
    });
  });
  return { value, diagnostics };
}

function unreadableJson(tool: string, line: number, why: string) {
  return atLine(line, `${tool}.unreadable`, `Cannot read line ${line} of ${tool}: ${why}.`);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
