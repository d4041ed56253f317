// One step of a traced packet: where it is on its way, which object of the topology acts, and why.

export type TraceStage = 'mark' | 'routing' | 'ipvs' | 'persistence' | 'schedule' | 'forward' | 'return';
export type TraceObject = {
  kind: 'group' | 'range' | 'pool' | 'real-server' | 'director' | 'virtual-address' | 'gateway' | 'client';
  /** The name; the address of what has none. */
  name: string;
};
export type TraceStep = {
  stage: TraceStage;
  object?: TraceObject;
  text: string;
  /** The packet does not get where a client would want it. */
  isProblem?: true;
};

export function step(stage: TraceStage, text: string, kind?: TraceObject['kind'], name?: string): TraceStep {
  return kind === undefined || name === undefined ? { stage, text } : { stage, object: { kind, name }, text };
}

export function problem(stage: TraceStage, text: string, kind?: TraceObject['kind'], name?: string): TraceStep {
  return { ...step(stage, text, kind, name), isProblem: true };
}

/** What decides where the packet goes; how it is carried there is left to the steps, unless it fails. */
export function reasonsOf(steps: readonly TraceStep[]): string[] {
  const deciding: readonly TraceStage[] = ['mark', 'routing', 'ipvs', 'persistence'];
  return steps.filter(({ stage, isProblem }) => isProblem === true || deciding.includes(stage)).map(({ text }) => text);
}
