'use client';
// A firewall mark group: which packets get the mark, and which pool serves them how.
import { FormSection } from './form-section';
import { MarkField } from './mark-field';
import { MatchesField } from './matches-field';
import { NameField } from './name-field';
import { ObjectForm } from './object-form';
import { OverridesField } from './overrides-field';
import { PersistenceFields } from './persistence-fields';
import { ReferenceField } from './reference-field';
import { SchedulerFields } from './scheduler-fields';
import { WhereUsed } from './where-used';

export function GroupForm({ index }: { index: number }) {
  return (
    <ObjectForm lead="Packets that get one firewall mark and are balanced together. Of two groups that match a packet the later one wins.">
      <NameField list="groups" index={index} help="Stands as comment `lvs:name` on the mark rules." />
      <MarkField index={index} />
      <MatchesField index={index} />
      <FormSection title="Balancing" path={['groups', index, 'balancing']}>
        <ReferenceField
          path={['groups', index, 'pool']}
          list="pools"
          label="Pool"
          help="The real servers that serve this group."
        />
        <SchedulerFields index={index} />
        <PersistenceFields index={index} />
      </FormSection>
      <OverridesField index={index} />
      <WhereUsed list="groups" index={index} unused="No later group takes packets from this one." />
    </ObjectForm>
  );
}
