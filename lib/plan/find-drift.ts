// Drift of one director: where its files and its kernel are not what its confirmed release says; what health checks do is none.
import { createTwoFilesPatch } from 'diff';
import type { IpvsRealServer } from '../core/kernel-state';
import type { RenderedFile } from '../core/release';
import { schedulerSchema } from '../core/document';
import { scrubText } from '../core/scrub-secrets';
import type { DriftArea, DriftItem } from '../core/views/drift';
import type { GuardState } from '../parse/guard-status';
import { canonicalHash } from './canonical-hash';
import { DIFFERS_UNSEEN } from './diff-files';
import { diffHost, type ExpectedHost } from './diff-host';
import { hasOtherThresholds } from './diff-ipvs';
import { isHealthMade, type HealthWays } from './health-made';
import type { KernelDifference } from './kernel-difference';
import type { ChangedFile, ObservedHost } from './observed-host';

export type ExpectedRelease = {
  release: string;
  revision: number;
  host: ExpectedHost;
  /** Secrets redacted. */
  files: RenderedFile[];
  healthWays: HealthWays;
};
/** `isMoving`: what daemons do for some seconds by themselves, when roles change or one of them starts. */
export type FoundDrift = Omit<DriftItem, 'firstSeen'> & { isMoving: boolean };
type Adopt = DriftItem['adopt'];

const OPEN: readonly GuardState[] = ['staged', 'checked', 'armed', 'switched'];

/** While a transaction is open the director is on its way: then nothing is said. */
export function findDrift(expected: ExpectedRelease, observed: ObservedHost): FoundDrift[] | 'paused' {
  const { state, confirmed, live } = observed.status;
  if (OPEN.includes(state)) return 'paused';
  if (confirmed !== expected.release) return [otherRelease(expected, confirmed)];
  const { differences } = diffHost(expected.host, observed);
  return [
    ...(live === confirmed ? [] : [otherLive(confirmed, live)]),
    ...(observed.files ?? []).map((file) => toFileDrift(expected, file)),
    ...withoutImplied(differences)
      .filter((each) => !isHealthMade(each, expected.healthWays))
      .map(toKernelDrift),
  ];
}

/** The real servers of a service that is gone are gone with it. */
function withoutImplied(differences: readonly KernelDifference[]): KernelDifference[] {
  const isGone = ({ change, ipvs }: KernelDifference) => change === 'add' && ipvs !== undefined && !ipvs.server;
  const gone = new Set(differences.filter(isGone).map(({ ipvs }) => ipvs?.service.wanted?.key));
  return differences.filter(({ ipvs }) => !ipvs?.server || !gone.has(ipvs.service.wanted?.key));
}

type Body = Omit<FoundDrift, 'id' | 'isMoving'>;

function withId(body: Body, isMoving = false): FoundDrift {
  const { area, what, expected, observed, diff } = body;
  return { id: canonicalHash({ area, what, expected, observed, diff }).slice(0, 16), ...body, isMoving };
}

function otherRelease({ release }: ExpectedRelease, confirmed: string): FoundDrift {
  const name = confirmed === 'origin' ? 'none (the state before the first deploy)' : confirmed;
  const body: Body = {
    ...{ area: 'release', what: 'Confirmed release', expected: release, observed: name },
    sentence: `Release ${name} is confirmed here, but ${release} was deployed last.`,
    adopt: no('The release is another one: deploy the revision that both directors should have.'),
  };
  return withId(body, true); // the end of a deploy reaches the director before the database
}

function otherLive(confirmed: string, live: string): FoundDrift {
  return withId({
    ...{ area: 'release', what: 'Live release', expected: confirmed, observed: live },
    sentence: `The files of release ${live} are in place, but ${confirmed} is confirmed: a reboot would change them.`,
    adopt: no('Only a deploy makes a release that both directors boot.'),
  });
}

function toFileDrift({ files }: ExpectedRelease, { path, kind, text }: ChangedFile): FoundDrift {
  const file = files.find((each) => each.path === path);
  const isPart = !path.startsWith('/');
  const observed = isPart
    ? 'damaged'
    : kind === 'replaced'
      ? 'not the link into the release any more'
      : 'other content';
  const diff = file && !file.secret && text !== undefined ? diffText(file, text) : undefined;
  const unseen = kind === 'changed' && diff === '' ? ` ${DIFFERS_UNSEEN}` : '';
  const sentence = isPart
    ? `${path} of the release on the director was changed: the director would refuse to apply it.`
    : `${path} was ${kind} by hand.${unseen}`;
  return withId({
    ...{ area: isPart ? 'release' : 'file', what: path, observed, sentence },
    expected: kind === 'replaced' ? 'the link into the release' : 'the content of the release',
    ...(diff !== undefined && { diff }),
    adopt: no(
      file?.secret
        ? 'A secret is made by the console and shown nowhere.'
        : 'Files are made from the topology: change the object that this one comes from, then deploy.',
    ),
  });
}

/** From the release to the director. What was read is without secrets, so both sides must be. */
function diffText({ path, content }: RenderedFile, text: string): string {
  const wanted = scrubText(content, []);
  if (wanted === text) return '';
  return createTwoFilesPatch(`release${path}`, `director${path}`, wanted, text, '', '', { context: 3 });
}

const AREAS: Record<KernelDifference['kind'], DriftArea> = {
  module: 'module',
  sysctl: 'sysctl',
  route: 'delivery',
  'policy-rule': 'delivery',
  'mark-rules': 'mark-rules',
  'nat-rules': 'nat-rules',
  ipvs: 'ipvs-service',
  'sync-daemon': 'daemon',
  'virtual-address': 'address',
  daemon: 'daemon',
};

/** What daemons add and remove one after the other, such as the fallback beside the first real server that is back; they edit nothing for a moment. */
const MOVING: readonly KernelDifference['kind'][] = ['ipvs', 'sync-daemon', 'virtual-address', 'daemon'];

const NOT_IN_A_TOPOLOGY: Record<DriftArea, string> = {
  file: '',
  release: '',
  'ipvs-service': 'A service exists because a group does: add or remove the group.',
  'real-server': '',
  'mark-rules': 'Mark rules are made from ranges and groups: change those, then deploy.',
  'nat-rules': 'These rules are made from the real servers and the virtual addresses: change those, then deploy.',
  delivery: 'Routes and policy rules are made from ranges and marks: change those, then deploy.',
  sysctl: 'A topology does not hold kernel settings: the console needs this value.',
  module: 'The release needs this module.',
  address: 'The virtual addresses follow the role of a director.',
  daemon: 'The release needs this daemon.',
};

function toKernelDrift({ kind, change, command, sentence, what, expected, observed, ipvs }: KernelDifference) {
  const area = ipvs?.server ? 'real-server' : AREAS[kind];
  const isMoving = change !== 'edit' && MOVING.includes(kind);
  const adopt = ipvs ? adoptionOf(ipvs) : no(NOT_IN_A_TOPOLOGY[area]);
  return withId({ area, what, expected, observed, sentence, command, adopt }, isMoving);
}

const no = (why: string): Adopt => ({ kind: 'no', why });

function adoptionOf({ service, server }: NonNullable<KernelDifference['ipvs']>): Adopt {
  const { wanted, present } = service;
  if (server) return adoptionOfServer(wanted?.key ?? '', server);
  if (!wanted || !present) return no(NOT_IN_A_TOPOLOGY['ipvs-service']);
  if (wanted.flags.join() !== present.flags.join()) return no('Flags of a scheduler are set in the group.');
  if (!schedulerSchema.safeParse(present.scheduler).success)
    return no(`The console does not know the scheduler ${present.scheduler}.`);
  const { key, scheduler, persistenceSeconds, persistenceNetmask } = present;
  return {
    ...{ kind: 'service', service: key, scheduler },
    ...(persistenceSeconds !== undefined && { persistenceSeconds }),
    ...(persistenceNetmask !== undefined && { persistenceNetmask }),
  };
}

type Sides = { wanted?: IpvsRealServer; present?: IpvsRealServer };

function adoptionOfServer(service: string, { wanted, present }: Sides): Adopt {
  const { address, port } = (present ?? wanted) as IpvsRealServer;
  const server = { service, address, port };
  if (!present) return { kind: 'remove-server', ...server };
  const { forwarding, weight } = present;
  if (hasOtherThresholds(present, wanted))
    return no('Thresholds are set in the pool: change those of the real server there, then deploy.');
  if (wanted && wanted.forwarding !== forwarding && forwarding !== 'local')
    return no('The forwarding method belongs to the pool, for all of its real servers.');
  if (wanted) return { kind: 'weight', ...server, weight };
  return forwarding === 'local'
    ? no('It is the director itself: the table does not tell its forwarding method.')
    : { kind: 'add-server', ...server, weight, forwarding };
}
