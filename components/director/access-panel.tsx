'use client';
// As whom the console acts on a director: what was seen of it, and the one command that sets it, with what that command does.
import Link from 'next/link';
import { useState } from 'react';
import type { AccessForm, DirectorView, SeenAccess } from '@/lib/core/views/director';
import { useInstallScript } from '@/components/data/director-queries';
import { Failure } from '@/components/data/failure';

import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { CopyButton } from '@/components/ui/copy-button';
import { downloadText } from '@/components/ui/export-rows';
import { Notice } from '@/components/ui/notice';
import { Facts, Panel } from '@/components/ui/page';
import { Skeleton } from '@/components/ui/skeleton';

const SEEN: Record<SeenAccess, string> = {
  root: 'root, by a key that starts the guard and nothing else',
  'root-plain': 'root, by a key that may do everything',
  sudo: 'its own user, whom sudo lets start the guard and nothing else',
  'sudo-plain': 'a user with sudo, by a key that may do everything',
};

const FORMS: { form: AccessForm; title: string; does: string[] }[] = [
  {
    form: 'root',
    title: 'root, forced command',
    does: [
      'installs the guard and the unit that runs it first at boot; keeps the policy in /etc/lvs-console/policy',
      'writes two lines into root’s authorized_keys: the deploying key may start the guard, the reading key only its reading verbs',
      'gives neither key a shell, a terminal, forwarding or file transfer',
    ],
  },
  {
    form: 'sudo',
    title: 'a user of its own, with sudo',
    does: [
      'installs the guard and the unit that runs it first at boot; keeps the policy in /etc/lvs-console/policy',
      'makes a system user without a password, whose authorized_keys belong to root',
      'writes /etc/sudoers.d/lvs-console: two exact command lines of the guard, no pattern; visudo checks it, and it is tried before it is used',
      'takes both keys of the console out of root’s authorized_keys',
    ],
  },
];

export function AccessPanel({ director }: { director: DirectorView }) {
  const [form, setForm] = useState<AccessForm>(director.user === 'root' ? 'root' : 'sudo');
  return (
    <Panel title="Privileges">
      <SeenFacts director={director} />
      <Warnings director={director} />
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1">How the console shall act on {director.name}</legend>
        {FORMS.map((each) => (
          <label key={each.form} className="flex items-center gap-2">
            <input
              type="radio"
              name="access-form"
              className="accent-primary"
              checked={form === each.form}
              onChange={() => setForm(each.form)}
            />
            {each.title}
          </label>
        ))}
      </fieldset>
      <Install director={director} form={form} />
    </Panel>
  );
}

function SeenFacts({ director: { access, hasReadKey, user } }: { director: DirectorView }) {
  const reading = hasReadKey ? 'let in: the live view and plans read with it' : 'not let in';
  return (
    <Facts
      rows={[
        [
          'Logs in as',
          <span key="u" className="font-mono text-xs">
            {user}
          </span>,
        ],
        ['Acts as', access ? SEEN[access] : 'not seen yet: test the connection'],
        ['Reading key', hasReadKey === undefined ? 'not tried yet' : reading],
      ]}
    />
  );
}

function Warnings({ director: { access, hasReadKey } }: { director: DirectorView }) {
  return (
    <>
      {access?.endsWith('plain') && (
        <Notice tone="warn" title="The console’s key may do everything that its user may">
          Run the install command below: it binds the key to the guard, which obeys root’s policy.
        </Notice>
      )}
      {hasReadKey === false && (
        <Notice tone="warn" title="The live view reads with the key that deploys">
          The key that only reads is not let in there yet. The install command below adds it.
        </Notice>
      )}
    </>
  );
}

function Install({ director, form }: { director: DirectorView; form: AccessForm }) {
  const { data, isError, error, refetch } = useInstallScript(director.id, form);
  const { does } = FORMS.find((each) => each.form === form) ?? { does: [] };
  if (isError)
    return <Failure error={error} what="The install script could not be read" onRetry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-24" />;
  const file = `lvs-console-install-${director.name}.sh`;
  const command = `ssh -p ${director.port} root@${director.address} sh -s < ${file}`;
  return (
    <div className="flex flex-col gap-2">
      <p>Save the script, read it, and run it on the director as root, once. It may be run again at any time. It</p>
      <ul className="list-disc pl-5 text-muted-foreground">
        {does.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => downloadText(file, 'text/x-shellscript', data.script)}>Save the script</Button>
        <CopyButton text={command} label="Copy command" />
        <CopyButton text={data.script} label="Copy whole script" />
      </div>
      <CodeBlock label="Install command" text={command} className="whitespace-pre-wrap [overflow-wrap:anywhere]" />
      <details>
        <summary>The script that this command runs</summary>
        <CodeBlock label={`Install script of ${director.name}`} text={data.script} className="mt-2 max-h-96" />
      </details>
      {data.user !== director.user && (
        <p>
          Then set the SSH user of {director.name} to <span className="font-mono text-xs">{data.user}</span> in{' '}
          <Link href={`/topologies/${director.topologyId}`} className="text-primary underline-offset-2 hover:underline">
            {director.topologyName}
          </Link>
          ; until then the console still logs in as <span className="font-mono text-xs">{director.user}</span>.
        </p>
      )}
    </div>
  );
}
