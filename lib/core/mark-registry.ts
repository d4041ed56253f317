// Marks that other software on a host claims, and the lowest mark that none of them and no group has.
import type { Stack, TopologyDocument } from './document';

/** `marks` says it for people. `claims` takes the stack because keepalived counts only where it is the stack. */
export type MarkReservation = { who: string; marks: string; claims: (mark: number, stack: Stack) => boolean };

/** ipvsadm prints larger marks as negative numbers (lvs.md S3). */
export const MAX_MARK = 0x7fff_ffff;

const hasBits = (mask: number) => (mark: number) => (mark & mask) !== 0;
const isOneOf = (values: readonly number[]) => (mark: number) => values.includes(mark);

/**
 * IPVS compares a mark whole; these set or test single bits of it, so that a shared bit breaks one of the two. Sources: lvs.md 2.2
 * and 4.2; kubelet's masquerade and drop bits, Tailscale's linuxfw, Calico's default mask, Cilium's linux_defaults.go, firewalld.conf(5).
 * Docker is not here: the marks of a swarm's ingress live in network namespaces of its own.
 */
export const MARK_RESERVATIONS: readonly MarkReservation[] = [
  { who: 'Kubernetes', marks: 'bits 0x4000 and 0x8000', claims: hasBits(0xc000) },
  { who: 'Tailscale', marks: 'bits 0x40000 and 0x80000', claims: hasBits(0xc0000) },
  { who: 'Calico', marks: 'upper 16 bits', claims: (mark) => mark >>> 16 !== 0 },
  {
    who: 'Cilium',
    marks: '0x0200 to 0x0f00',
    claims: (mark) => isOneOf([2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15])((mark >>> 8) & 15),
  },
  {
    who: 'firewalld before 1.0',
    marks: 'from MinimalMark=100 up, one for each forwarded port',
    claims: (mark) => mark >= 100 && mark < 200,
  },
  {
    who: 'keepalived',
    marks: 'those that it allocates itself, from 1000 up',
    claims: (mark, stack) => stack === 'keepalived' && mark >= 1000,
  },
];

/** Who else claims this mark on hosts where it runs. */
export function reservationsOf(mark: number, stack: Stack): MarkReservation[] {
  return MARK_RESERVATIONS.filter(({ claims }) => claims(mark, stack));
}

/**
 * The lowest mark from 1 that no group has and nobody reserves. When all of those are taken, the lowest that no group has:
 * a collision with software that may not run there is better than no mark, and `mark.reserved` says it.
 */
export function allocateMark({ groups, stack }: Pick<TopologyDocument, 'groups' | 'stack'>): number {
  const taken = new Set(groups.map(({ mark }) => mark));
  const isFree = (mark: number) => !taken.has(mark);
  for (let mark = 1; mark <= 0xffff; mark += 1) {
    if (isFree(mark) && reservationsOf(mark, stack).length === 0) return mark;
  }
  let mark = 1;
  while (!isFree(mark)) mark += 1;
  return mark;
}
