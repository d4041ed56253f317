// Where a packet arrives: its interface, and the director as well when the pair names its interfaces differently.

/** `director` is absent where the interface means the same on every director. */
export type Arrival = { interface: string; director?: string };
type Named = { name: string; external: { interface: string } };
type Sides = { external: { interface: string }; internal: { interface: string } };

/** A match without an interface takes what arrives on the external one, whatever its name on each director. */
export function arrivalsOf(directors: readonly Named[], matchInterface?: string): Arrival[] {
  const externals = new Set(directors.map(({ external }) => external.interface));
  if (externals.size <= 1) return [{ interface: matchInterface ?? [...externals][0] ?? '' }];
  return directors.map(({ name, external }) => ({ interface: matchInterface ?? external.interface, director: name }));
}

/** Where the real servers are, and where a director gets what the other one hands over. */
export function takesInside(match: { interface?: string }, { external, internal }: Sides): boolean {
  return (match.interface ?? external.interface) === internal.interface;
}

export function printArrival({ interface: device, director }: Arrival): string {
  if (device === '') return '';
  return director === undefined ? ` on ${device}` : ` on ${device} of ${director}`;
}
