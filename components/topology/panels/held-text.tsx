'use client';
// A text of the YAML editor that is not in the draft: what may become of it. It is dropped only when somebody says so.
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import type { YamlText } from './yaml-text';

type HeldTextProps = {
  yaml: YamlText;
  /** It can be read, and the draft went another way. */
  isOutrun: boolean;
  onKeep: () => void;
};

export function HeldText({ yaml, isOutrun, onKeep }: HeldTextProps) {
  return (
    <Notice
      tone="warn"
      title={isOutrun ? 'The draft was changed elsewhere since this text was begun.' : 'This text is not in the draft.'}
      actions={
        <>
          {isOutrun ? (
            <Button size="small" variant="primary" onClick={() => yaml.putAnyway()}>
              Put this text into the draft
            </Button>
          ) : (
            <Button size="small" onClick={onKeep}>
              Keep editing
            </Button>
          )}
          <Button size="small" variant="danger" onClick={() => yaml.close()}>
            Discard this text
          </Button>
        </>
      }
    >
      {isOutrun
        ? 'In the draft it takes the place of those changes; undo brings them back.'
        : 'Why stands below it. It stays here, behind other tabs too, until it can be read or is discarded.'}
    </Notice>
  );
}
