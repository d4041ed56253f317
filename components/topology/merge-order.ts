// The order of a named list that two people changed. It means something: of two groups that match one packet the later one wins.

export type MergedOrder = {
  /** Of everything that one of both has. */
  names: string[];
  /** Both moved what all three have, and not in the same way: mine was kept. */
  isContested: boolean;
};

export function mergeOrder(base: readonly string[], mine: readonly string[], theirs: readonly string[]): MergedOrder {
  const [inBase, inMine, inTheirs] = [new Set(base), new Set(mine), new Set(theirs)];
  const isCommon = (name: string) => inBase.has(name) && inMine.has(name) && inTheirs.has(name);
  const [was, is, become] = [base, mine, theirs].map((names) => names.filter(isCommon).join('\n'));
  const [didI, didThey] = [was !== is, was !== become];
  const names = didThey && !didI ? withOthers(theirs, mine) : withOthers(mine, theirs);
  return { names, isContested: didI && didThey && is !== become };
}

/** What only `other` has stands before the one that it stood before there, else at the end. */
function withOthers(lead: readonly string[], other: readonly string[]): string[] {
  const known = new Set(lead);
  const before = new Map<string, string[]>();
  let waiting: string[] = [];
  for (const name of other) {
    if (!known.has(name)) waiting.push(name);
    else {
      before.set(name, waiting);
      waiting = [];
    }
  }
  return [...lead.flatMap((name) => [...(before.get(name) ?? []), name]), ...waiting];
}
