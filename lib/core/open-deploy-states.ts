// States in which a deploy still holds its pair; alone in its file so that a page that only asks this needs no schema.
import type { DeployState } from './views/deploy';

export const openDeployStates: readonly DeployState[] = ['queued', 'running', 'rolling-back'];
