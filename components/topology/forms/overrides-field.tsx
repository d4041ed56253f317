'use client';
// Earlier groups whose packets this group takes on purpose; only earlier ones can lose packets to it.
import { Checkbox } from '@/components/ui/checkbox';
import { Combobox } from '@/components/ui/combobox';
import { Field, ProblemLines } from '@/components/ui/field';
import { useEditor } from '../editor-context';
import { useProblemsAt } from './document-fields';
import { FormSection } from './form-section';

/** More earlier groups than this are searched, not listed. */
const MOST_LISTED = 12;

export function OverridesField({ index }: { index: number }) {
  const { document, change, isReadOnly } = useEditor();
  const path = ['groups', index, 'overrides'];
  const problems = useProblemsAt(path).filter((each) => each.path.length > path.length);
  const overrides = document.groups[index]?.overrides ?? [];
  const earlier = document.groups.slice(0, index).map(({ name }) => name);
  const isLong = earlier.length > MOST_LISTED;
  const names = [...new Set([...(isLong ? [] : earlier), ...overrides])];
  if (names.length === 0 && earlier.length === 0) return null;
  const toggle = (name: string, isOn: boolean) => {
    const next = isOn ? [...overrides, name] : overrides.filter((each) => each !== name);
    change(path, next.length === 0 ? undefined : next);
  };
  return (
    <FormSection
      title="Takes packets from"
      path={path}
      help="Earlier groups whose packets this group takes on purpose. Default: none; a shared packet is then an error."
    >
      {names.map((name) => (
        <Checkbox
          key={name}
          label={name || '(no name)'}
          checked={overrides.includes(name)}
          disabled={isReadOnly}
          onCheckedChange={(isOn) => toggle(name, isOn)}
        />
      ))}
      <ProblemLines problems={problems} />
      {isLong && !isReadOnly && (
        <Field label="Add an earlier group">
          {(control) => (
            <Combobox
              {...control}
              options={earlier
                .filter((name) => !overrides.includes(name))
                .map((name) => ({ value: name, label: name || '(no name)' }))}
              value=""
              onChoose={(name) => toggle(name, true)}
            />
          )}
        </Field>
      )}
    </FormSection>
  );
}
