// What differs between two documents, object by object, in the words of the fields; plain data for the API and the pages.
import { z } from 'zod';

export const fieldChangeSchema = z.object({
  /** As in the document, e.g. `healthCheck.port`. */
  path: z.string(),
  /** Absent: the field was not set. */
  before: z.string().optional(),
  /** Absent: the field is not set any more. */
  after: z.string().optional(),
});
export const objectChangeSchema = z.object({
  kind: z.enum(['topology', 'director', 'range', 'pool', 'real server', 'group']),
  name: z.string(),
  change: z.enum(['added', 'removed', 'changed', 'renamed']),
  /** renamed: the name before. */
  formerName: z.string().optional(),
  /** real server: the pool that it is in. */
  pool: z.string().optional(),
  fields: z.array(fieldChangeSchema),
});
export type FieldChange = z.infer<typeof fieldChangeSchema>;
export type ObjectChange = z.infer<typeof objectChangeSchema>;
export type ObjectKind = ObjectChange['kind'];
