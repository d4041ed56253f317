// Unsaved edits of one topology in this browser, so that a reload or a crash loses nothing.
import { z } from 'zod';
import { topologyDocumentSchema } from '@/lib/core/document';

const storedDraftSchema = z.object({
  baseRevision: z.number(),
  base: topologyDocumentSchema,
  document: topologyDocumentSchema,
  editedAt: z.string(),
});
export type StoredDraft = z.infer<typeof storedDraftSchema>;

const keyOf = (topologyId: string) => `lvs-console.draft.${topologyId}`;

export function loadDraft(topologyId: string): StoredDraft | undefined {
  try {
    const text = localStorage.getItem(keyOf(topologyId));
    return text === null ? undefined : storedDraftSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // storage is off or holds something foreign: there is no draft
  }
}

export function storeDraft(topologyId: string, draft: StoredDraft | undefined): void {
  try {
    if (draft) localStorage.setItem(keyOf(topologyId), JSON.stringify(draft));
    else localStorage.removeItem(keyOf(topologyId));
  } catch {
    // Storage full or off: the edits are still on the page.
  }
}
