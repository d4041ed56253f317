// A document with everything that could be parsed and looked up beside it, aligned by index, so that checks work on drafts too.
import type { TopologyDocument } from './document';
import type { Address, InterfaceAddress, Match, VirtualRange } from './topology';

/** `undefined` = did not resolve; a diagnostic says why. Checks skip it and never guess. */
export type Resolution = {
  document: TopologyDocument;
  directors: ResolvedDirector[];
  virtualAddresses: Record<'external' | 'internal' | 'external6' | 'internal6', InterfaceAddress | undefined>;
  gateways: (Address | undefined)[];
  ranges: (VirtualRange | undefined)[];
  /** By pool, by real server. */
  realServers: (Address | undefined)[][];
  /** By pool; undefined also when the pool has none. */
  fallbacks: (Address | undefined)[];
  /** By group, by match. */
  matches: (Match | undefined)[][];
};
/** `management` is absent for a host name: only an address can lie in a range. */
export type ResolvedDirector = {
  external: InterfaceAddress | undefined;
  internal: InterfaceAddress | undefined;
  external6: InterfaceAddress | undefined;
  internal6: InterfaceAddress | undefined;
  management: Address | undefined;
};
