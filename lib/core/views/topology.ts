// Topologies and their revisions as lists and pages show them.
import { z } from 'zod';
import { diagnosticSchema } from '../diagnostic';
import { topologyDocumentSchema } from '../document';

export const topologySummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  stack: z.string(),
  /** Number of the newest revision. */
  revision: z.number(),
  errors: z.number(),
  warnings: z.number(),
  groups: z.number(),
  updatedAt: z.string(),
  updatedBy: z.string(),
  /** Revision of the last verified deploy. */
  deployedRevision: z.number().optional(),
});
export const topologyRevisionSchema = z.object({
  topologyId: z.string(),
  number: z.number(),
  document: topologyDocumentSchema,
  author: z.string(),
  message: z.string(),
  createdAt: z.string(),
  diagnostics: z.array(diagnosticSchema),
  deployable: z.boolean(),
});
export const revisionSummarySchema = topologyRevisionSchema.omit({ document: true, diagnostics: true });
/** One generated file of one host; `host` is a director, `real-servers/<address>` or `gateways/<name>`. */
export const filePreviewSchema = z.object({
  host: z.string(),
  path: z.string(),
  mode: z.string(),
  content: z.string(),
  secret: z.boolean(),
  purpose: z.string(),
});
export type TopologySummary = z.infer<typeof topologySummarySchema>;
export type TopologyRevision = z.infer<typeof topologyRevisionSchema>;
export type RevisionSummary = z.infer<typeof revisionSummarySchema>;
export type FilePreview = z.infer<typeof filePreviewSchema>;
