// Names: they go into generated files and iptables comments, and other parts of the document refer to them.
import { error } from '../diagnostic';
import { duplicatesOf, type Check } from './check';

const OBJECT_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/;
const TOPOLOGY_NAME = /^[\p{L}\p{N}][\p{L}\p{N} _.,()-]*$/u;
/** What `uname -n` can say and heartbeat accepts: letters, digits, dots and hyphens, no hyphen or dot at an end. */
const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
const COLLECTIONS = [
  ['ranges', 'range', 'range.duplicate-name'],
  ['pools', 'pool', 'pool.duplicate-name'],
  ['groups', 'group', 'group.duplicate-name'],
] as const;

export const checkObjectNames: Check = ({ document }) =>
  COLLECTIONS.flatMap(([key, word]) =>
    document[key].flatMap(({ name }, index) =>
      OBJECT_NAME.test(name)
        ? []
        : [
            error(
              'name.invalid',
              [key, index, 'name'],
              `The ${word} name "${name}" cannot be written into generated files: only letters, digits, "_", "." and "-" can.`,
              'Start with a letter and use at most 63 of these characters.',
            ),
          ],
    ),
  );

export const checkTopologyName: Check = ({ document: { name } }) =>
  TOPOLOGY_NAME.test(name)
    ? []
    : [
        error(
          'name.invalid',
          ['name'],
          `The topology name "${name}" cannot be written into generated files.`,
          'Use letters, digits, blanks and . , _ - ( ), beginning with a letter or a digit.',
        ),
      ];

export const checkDirectorNames: Check = ({ document }) =>
  document.directors.flatMap(({ name }, index) =>
    HOST_NAME.test(name)
      ? []
      : [
          error(
            'director.name-invalid',
            ['directors', index, 'name'],
            `"${name}" is not a host name: heartbeat compares it with what "uname -n" prints on the director.`,
            'Write exactly what "uname -n" prints there: letters, digits, hyphens and dots.',
          ),
        ],
  );

export const checkDuplicateNames: Check = ({ document }) =>
  ([...COLLECTIONS, ['directors', 'director', 'director.duplicate-name']] as const).flatMap(([key, word, code]) =>
    duplicatesOf<{ name: string }>(document[key], ({ name }) => name).map(({ value, index, firstIndex }) =>
      error(
        code,
        [key, index, 'name'],
        `The ${word} name "${value.name}" is already used by ${key}[${firstIndex}], so a reference to it would be ambiguous.`,
        `Give each ${word} its own name.`,
      ),
    ),
  );
