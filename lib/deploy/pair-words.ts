// What a deploy says of all its directors at once: stack single has one.
import type { Run } from './deploy-run';

const BOTH = {
  asPlanned: 'Both directors are as the plan found them, and management cannot be cut off.',
  asBefore: 'Both directors are as they were before.',
  areBack: 'Both directors are back.',
  untouched: 'Nothing was changed on either director.',
  readingBack: 'Reading both directors back and comparing.',
  equalled: 'Both directors equalled the release before the first confirmation.',
  loggedIn: 'New SSH connections to both directors succeeded, each after its switch.',
};
const ONE: typeof BOTH = {
  asPlanned: 'The director is as the plan found it, and management cannot be cut off.',
  asBefore: 'The director is as it was before.',
  areBack: 'The director is back.',
  untouched: 'Nothing was changed on the director.',
  readingBack: 'Reading the director back and comparing.',
  equalled: 'The director equalled the release before its confirmation.',
  loggedIn: 'A new SSH connection to the director succeeded after the switch.',
};

export function pairWords({ deploy }: Run): typeof BOTH {
  return deploy.topology.stack === 'single' ? ONE : BOTH;
}
