'use client';
// The map of addresses by ports: each rectangle is what one group gets of a family and protocol; a click selects the group.
import { useMemo, useState } from 'react';
import { printInterval } from '@/lib/core/address';
import { mapOf, type MapRectangle } from '@/lib/core/analysis/map-of';
import { BALANCED_PROTOCOLS, type BalancedProtocol } from '@/lib/core/packet-set';
import type { Family, Topology } from '@/lib/core/topology';
import { Select } from '@/components/ui/input';
import { useEditor } from '../editor-context';

const WIDTH = 640;
const HEIGHT = 260;
const LAST_PORT = 65_535;
/** Golden angle: neighbours in the list of groups get colours far from each other. */
const hueOf = (index: number) => (index * 137.5) % 360;
/** Ports are drawn by their logarithm: most services are below 1024. */
const xOf = (port: number) => (Math.log2(port + 1) / Math.log2(LAST_PORT + 1)) * WIDTH;

type Band = { interval: { first: bigint; last: bigint }; y: number; height: number };

/** Ranges one below the other; addresses that are in no range take no place. */
function bandsOf({ ranges }: Topology, family: Family): Band[] {
  const own = ranges
    .flatMap(({ interval }) => (interval.family === family ? [interval] : []))
    .sort((a, b) => (a.first < b.first ? -1 : 1));
  const height = HEIGHT / Math.max(own.length, 1);
  return own.map((interval, at) => ({ interval, y: at * height, height }));
}

function placeIn({ interval: { first, last }, y, height }: Band, rectangle: MapRectangle) {
  const from = rectangle.addresses.first > first ? rectangle.addresses.first : first;
  const to = rectangle.addresses.last < last ? rectangle.addresses.last : last;
  if (from > to) return undefined;
  const scale = (value: bigint) => (Number(((value - first) * 10_000n) / (last - first + 1n)) / 10_000) * height;
  return { y: y + scale(from), height: Math.max(scale(to + 1n) - scale(from), 1.5) };
}

export function PortMap({ topology }: { topology: Topology }) {
  const { select } = useEditor();
  const families = ([4, 6] as const).filter((f) => topology.ranges.some(({ interval }) => interval.family === f));
  const [family, setFamily] = useState<Family>(families[0] ?? 4);
  const [protocol, setProtocol] = useState<BalancedProtocol>('tcp');
  const [shown, setShown] = useState<MapRectangle>();
  const rectangles = useMemo(() => mapOf(topology, family, protocol), [topology, family, protocol]);
  const bands = useMemo(() => bandsOf(topology, family), [topology, family]);
  return (
    <section aria-label="Map" className="flex min-w-0 flex-col gap-1">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-semibold">Addresses by ports</h3>
        <Select
          aria-label="Protocol of the map"
          className="w-24"
          value={protocol}
          onChange={(event) => setProtocol(BALANCED_PROTOCOLS.find((p) => p === event.target.value) ?? 'tcp')}
        >
          {BALANCED_PROTOCOLS.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </Select>
        {families.length > 1 && (
          <Select
            aria-label="Family of the map"
            className="w-24"
            value={family}
            onChange={(event) => setFamily(event.target.value === '6' ? 6 : 4)}
          >
            <option value={4}>IPv4</option>
            <option value={6}>IPv6</option>
          </Select>
        )}
      </div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 16}`}
        role="img"
        aria-label="Which group gets which addresses and ports"
        className="w-full border bg-muted/40"
      >
        {bands.map((band) =>
          rectangles.map((rectangle, at) => {
            const place = placeIn(band, rectangle);
            if (!place) return null;
            const x = xOf(rectangle.ports.first - 1);
            return (
              <rect
                key={`${band.y} ${at}`}
                {...place}
                x={x}
                width={Math.max(xOf(rectangle.ports.last) - x, 1.5)}
                fill={`hsl(${hueOf(rectangle.groupIndex)} 60% 55% / 0.75)`}
                className="cursor-pointer"
                onMouseEnter={() => setShown(rectangle)}
                onClick={() => select({ kind: 'group', index: rectangle.groupIndex })}
              >
                <title>{describe(rectangle)}</title>
              </rect>
            );
          }),
        )}
        {[1, 22, 80, 443, 1024, 8080, LAST_PORT].map((port) => (
          <text key={port} x={Math.min(xOf(port - 1), WIDTH - 34)} y={HEIGHT + 12} fontSize={10} fill="currentColor">
            {port}
          </text>
        ))}
      </svg>
      <p className="min-h-5 text-xs" aria-live="polite">
        {shown ? describe(shown) : `${rectangles.length} areas; what is bare gets no mark. A click selects the group.`}
      </p>
      <ul aria-label="Groups of the map" className="flex flex-wrap gap-x-3 text-xs">
        {[...new Map(rectangles.map((each) => [each.groupIndex, each])).values()].slice(0, 40).map((each) => (
          <li key={each.groupIndex} className="flex items-center gap-1">
            <span aria-hidden className="size-2.5" style={{ background: `hsl(${hueOf(each.groupIndex)} 60% 55%)` }} />
            {each.group} ({each.mark})
          </li>
        ))}
      </ul>
    </section>
  );
}

function describe({ group, mark, addresses, ports, source }: MapRectangle): string {
  const port = ports.first === ports.last ? `${ports.first}` : `${ports.first} to ${ports.last}`;
  const from = source ? ` from ${printInterval(source)}` : '';
  return `${group} (mark ${mark}): ${printInterval(addresses)} port ${port}${from}`;
}
