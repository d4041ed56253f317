// What is known of a packet while it is followed through one director: its mark, what was decided, and what may decide otherwise.
import type { Packet } from '../../core/topology';
import type { LiveAnswer, LiveStep } from '../../core/views/live-trace';
import type { ObservedHost } from '../observed-host';

export type Journey = {
  packet: Packet;
  observed: ObservedHost;
  mark: number;
  decidedBy?: NonNullable<LiveAnswer['decidedBy']>;
  /** The rule that took the packet away for good. */
  isDropped: boolean;
  steps: LiveStep[];
  doubts: string[];
};

export function startJourney(observed: ObservedHost, packet: Packet): Journey {
  return { packet, observed, mark: 0, isDropped: false, steps: [], doubts: [] };
}

export function say(journey: Journey, stage: LiveStep['stage'], text: string, rule?: string): void {
  journey.steps.push({ stage, text, ...(rule !== undefined && { rule }) });
}

export function warn(journey: Journey, stage: LiveStep['stage'], text: string, rule?: string): void {
  journey.steps.push({ stage, text, ...(rule !== undefined && { rule }), isProblem: true });
}

/** Each once: two families of rules, or two jumps, may lead to the same one. */
export function doubt(journey: Journey, text: string): void {
  if (!journey.doubts.includes(text)) journey.doubts.push(text);
}

export function setMark(journey: Journey, mark: number, by: NonNullable<LiveAnswer['decidedBy']>): void {
  journey.mark = mark >>> 0;
  journey.decidedBy = by;
  const whose = by.own ? "The console's own rule" : 'A rule of others';
  say(journey, 'rules', `${whose} in ${by.place} sets mark ${journey.mark}.`, by.rule);
}
