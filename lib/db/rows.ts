// Rows of the database to the views that the API tells, in one place.
import 'server-only';
import { checkTopology } from '@/lib/core/check';
import { hasErrors } from '@/lib/core/diagnostic';
import { topologyDocumentSchema } from '@/lib/core/document';
import type { AuditEntry as AuditEntryView, AuditRow as AuditView } from '@/lib/core/views/account';
import { deploySchema, type Deploy as DeployView } from '@/lib/core/views/deploy';
import { seenAccessSchema, type DirectorView } from '@/lib/core/views/director';
import { planSchema, type Plan as PlanView } from '@/lib/core/views/plan';
import type { RevisionSummary, TopologyRevision as RevisionView } from '@/lib/core/views/topology';
import type { AuditRow, Deploy, DeployStep, Director, Plan, TopologyRevision } from './generated/client';

const iso = (date: Date) => date.toISOString();
const given = <T>(value: T | null): value is T => value !== null;

export function toRevision(row: TopologyRevision): RevisionView {
  const document = topologyDocumentSchema.parse(row.document);
  const diagnostics = checkTopology(document);
  return { ...toRevisionSummary(row), document, diagnostics, deployable: !hasErrors(diagnostics) };
}

export function toRevisionSummary(row: TopologyRevision): RevisionSummary {
  const { topologyId, number, author, message, deployable } = row;
  return { topologyId, number, author, message, deployable, createdAt: iso(row.createdAt) };
}

export function toDirector(row: Director & { topology: { name: string } }): DirectorView {
  const { id, topologyId, name, address, port, user } = row;
  const trust = !given(row.fingerprint) ? 'untrusted' : given(row.offeredFingerprint) ? 'changed' : 'trusted';
  return {
    ...{ id, topologyId, topologyName: row.topology.name, name, address, port, user, trust },
    facts: row.facts as Record<string, string>,
    ...(given(row.fingerprint) ? { fingerprint: row.fingerprint } : {}),
    ...(given(row.offeredFingerprint) ? { offeredFingerprint: row.offeredFingerprint } : {}),
    ...(given(row.acceptedBy) ? { acceptedBy: row.acceptedBy } : {}),
    ...(given(row.acceptedAt) ? { acceptedAt: iso(row.acceptedAt) } : {}),
    ...(given(row.access) ? { access: seenAccessSchema.parse(row.access) } : {}),
    ...(given(row.hasReadKey) ? { hasReadKey: row.hasReadKey } : {}),
    ...(given(row.guardVersion) ? { guardVersion: row.guardVersion } : {}),
    ...(given(row.factsReadAt) ? { factsReadAt: iso(row.factsReadAt) } : {}),
    ...(given(row.problem) ? { problem: row.problem } : {}),
  };
}

export function toPlan(row: Plan): PlanView {
  return planSchema.parse(row.body);
}

type DeployRow = Deploy & { topology: { name: string }; steps?: DeployStep[] };

/** Without `steps` (lists) the steps are empty. */
export function toDeploy(row: DeployRow): DeployView {
  const { id, number, topologyId, revision, planId, planHash, state, author } = row;
  return deploySchema.parse({
    ...{ id, number, topologyId, topologyName: row.topology.name, revision, planId, planHash, state, author },
    createdAt: iso(row.createdAt),
    ...(given(row.approver) ? { approver: row.approver } : {}),
    ...(given(row.breakGlass) ? { breakGlass: row.breakGlass } : {}),
    ...(given(row.startedAt) ? { startedAt: iso(row.startedAt) } : {}),
    ...(given(row.endedAt) ? { endedAt: iso(row.endedAt) } : {}),
    ...(given(row.outcome) ? { outcome: row.outcome } : {}),
    timers: row.timers,
    proof: row.proof,
    steps: (row.steps ?? []).map(toStep),
  });
}

function toStep(row: DeployStep) {
  const { sequence, name, state, message, output } = row;
  return {
    ...{ sequence, name, state, message, output },
    startedAt: iso(row.startedAt),
    ...(given(row.director) ? { director: row.director } : {}),
    ...(given(row.endedAt) ? { endedAt: iso(row.endedAt) } : {}),
  };
}

export function toAudit(row: Omit<AuditRow, 'actorId' | 'before' | 'after'>): AuditView {
  const { id, actor, action, target, source, requestId } = row;
  return { id, at: iso(row.at), actor, action, target, source, requestId };
}

export function toAuditEntry(row: AuditRow): AuditEntryView {
  const { before, after } = row;
  return { ...toAudit(row), before, after };
}
