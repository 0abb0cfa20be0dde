/** Which arm of a union is selected when, as a layout file says. */

import type { UnionArms } from '../semantics.ts';
import { isIdentifier, parseMemberDeclaration, parseNestedName } from './declaration.ts';
import type { FieldEntry } from './document.ts';
import type { Selection } from './limits.ts';
import type { JsonPath } from './located-json.ts';
import { resolveNames } from './read-constants.ts';
import type { SemanticsContext } from './read-semantics.ts';

/** `undefined` where nothing selects an arm; what is wrong is reported. */
export function readUnionArms(
  entry: FieldEntry,
  kind: 'struct' | 'union',
  path: JsonPath,
  selection: Selection,
  { constants, problems, references }: SemanticsContext,
): UnionArms | undefined {
  const { discriminant } = entry;
  if (discriminant === undefined) return undefined;
  if (kind === 'struct') {
    problems.add([...path, 'discriminant'], 'bad-member', 'Only a union has a discriminant.');
    return undefined;
  }
  references.push({ fieldPath: discriminant, at: [...path, 'discriminant'] });
  const arms: { field: string; values: UnionArms['arms'][number]['values'] }[] = [];
  let otherwise: string | undefined;
  let padding: string | undefined;
  (entry.fields ?? []).forEach((arm, index) => {
    if (!selection.has(arm)) return;
    const at = [...path, 'fields', index];
    const name = armName(arm);
    if (name === undefined) {
      problems.add(at, 'bad-member', 'An arm of a union with a discriminant needs a name.');
    } else if (arm.role === 'padding') padding = name;
    else if (arm.otherwise === true) otherwise = name;
    else if (arm.when === undefined) {
      problems.add(at, 'missing-key', `Nothing says when the arm "${name}" is selected.`, {
        hint: 'add "when": ["NAME"], or "role": "padding" if it only fixes the size',
      });
    } else {
      const values = resolveNames(arm.when, constants, [...at, 'when'], problems);
      if (values.length > 0) arms.push({ field: name, values });
    }
  });
  return {
    discriminant,
    arms,
    ...(otherwise === undefined ? {} : { otherwise }),
    ...(padding === undefined ? {} : { padding }),
  };
}

/** Name of an arm without resolving its type, which has been reported already if it is wrong. */
function armName(arm: FieldEntry): string | undefined {
  const parsed =
    arm.field === undefined ? parseNestedName(arm.struct ?? arm.union ?? '') : parseMemberDeclaration(arm.field);
  const name = parsed.kind === 'parsed' ? parsed.value.name : undefined;
  return name !== undefined && isIdentifier(name) ? name : undefined;
}
