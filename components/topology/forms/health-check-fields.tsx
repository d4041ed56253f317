'use client';
// How the stack finds out that a real server is dead: only the fields that the chosen check looks at.
import { checkServiceSchema, healthCheckDocumentSchema, type HealthCheckDocument } from '@/lib/core/document';
import { useEditor } from '../editor-context';
import {
  fieldsOf,
  hasService,
  hasType,
  withService,
  withType,
  type CheckService,
  type CheckType,
} from './check-fields';
import { CheckPortsField } from './check-ports-field';
import { checkTypeWords, commandWords, requestHelp, serviceWords } from './check-words';
import { NumberField, SelectField, TextField, type Option } from './document-fields';

const types = healthCheckDocumentSchema.shape.type.options;
const services = checkServiceSchema.options;

/** What the stack cannot do is not offered; what stands there already is, so that it can be seen. */
function offered<Value extends string>(
  values: readonly Value[],
  words: Record<Value, string>,
  current: Value | undefined,
  isFit: (value: Value) => boolean,
): Option[] {
  return values
    .filter((value) => isFit(value) || value === current)
    .map((value) => ({
      value,
      label: `${value}: ${words[value]}${isFit(value) ? '' : ' (not with this stack)'}`,
    }));
}

export function HealthCheckFields({ index }: { index: number }) {
  const { document, change } = useEditor();
  const { stack } = document;
  const check = document.pools[index]?.healthCheck;
  if (!check) return null;
  const path = ['pools', index, 'healthCheck'];
  return (
    <>
      <SelectField
        path={[...path, 'type']}
        label="Check type"
        options={offered(types, checkTypeWords, check.type, (type) => hasType(stack, type))}
        onCommit={(type) => change(path, withType(check, type as CheckType, stack))}
        help="How a director finds out that a real server is dead."
      />
      {check.type === 'negotiate' && (
        <SelectField
          path={[...path, 'service']}
          label="Service"
          options={offered(services, serviceWords, check.service, (service) => hasService(stack, service))}
          onCommit={(service) => change(path, withService(check, service as CheckService, stack))}
          help="What is spoken with the real server."
        />
      )}
      <CheckDetails path={path} check={check} />
    </>
  );
}

type CheckDetailsProps = { path: (string | number)[]; check: HealthCheckDocument };

/** A field with a value is shown even where it is not looked at: the problem at it says so. */
function CheckDetails({ path, check }: CheckDetailsProps) {
  const { stack } = useEditor().document;
  const fields = fieldsOf(check.type, check.service, stack);
  const has = (field: keyof HealthCheckDocument) => fields.includes(field) || check[field] !== undefined;
  const command = commandWords[check.type] ?? { label: 'Command', help: 'Used by the types external, file and bfd.' };
  const text = (field: keyof HealthCheckDocument, label: string, help: string, defaultValue?: string) =>
    has(field) && (
      <TextField
        path={[...path, field]}
        label={label}
        help={help}
        isMono
        isOptional
        {...(defaultValue === undefined ? {} : { defaultValue })}
      />
    );
  return (
    <>
      {text('command', command.label, command.help)}
      {has('port') && <CheckPortsField path={path} />}
      {text('request', 'Request', requestHelp(check.service), 'nothing is asked for')}
      {text('receive', 'Expected answer', 'Regular expression that the answer must match.', 'any answer will do')}
      {text('virtualHost', 'Virtual host', 'The Host header of the request.', 'the address of the real server')}
      {has('httpMethod') && (
        <SelectField
          path={[...path, 'httpMethod']}
          label="HTTP method"
          options={['GET', 'HEAD'].map((value) => ({ value, label: value }))}
          absent="left out"
          help="HEAD asks for no body, so no answer text can be expected."
          defaultValue="GET"
        />
      )}
      {has('statusCode') && (
        <NumberField
          path={[...path, 'statusCode']}
          label="Status code"
          isOptional
          min={100}
          max={599}
          help="The HTTP status that means alive."
          defaultValue="200 to 299"
        />
      )}
      {text('login', 'Login', 'User name of the check; a password has no place in a topology.', 'anonymous')}
      {text('database', 'Database', 'Name of the database that is opened.', 'none')}
      <CheckTimes path={path} check={check} />
    </>
  );
}

function CheckTimes({ path, check }: CheckDetailsProps) {
  const { stack } = useEditor().document;
  if (!fieldsOf(check.type, check.service, stack).includes('intervalSeconds')) return null;
  return (
    <div className="grid grid-cols-3 gap-2">
      <NumberField
        path={[...path, 'intervalSeconds']}
        label="Interval (s)"
        min={1}
        help="Pause between checks."
        defaultValue="10"
      />
      <NumberField
        path={[...path, 'timeoutSeconds']}
        label="Time-out (s)"
        min={1}
        help="No answer by then is a failure."
        defaultValue="3"
      />
      <NumberField
        path={[...path, 'failures']}
        label="Failures"
        isOptional
        min={1}
        help="So many in a row mean dead."
        defaultValue="1"
      />
    </div>
  );
}
