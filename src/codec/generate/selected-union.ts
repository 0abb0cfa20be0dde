/**
 * A union whose arm a discriminant selects: a TypeScript union of `{ arm, value }`, and the functions that find the arm, read
 * it and encode it. Where nothing is selected the value is all bytes of the union.
 */

import type { FieldDescriptor } from '../record-descriptor.ts';
import {
  conditionExpression,
  initType,
  integerLiteral,
  plus,
  readField,
  readPlaceExpression,
  type Surroundings,
  valueType,
  writeField,
} from './expressions.ts';
import type { PlannedRecord } from './module-plan.ts';
import { commentText, stringLiteral } from './names.ts';

type Selected = NonNullable<PlannedRecord['selected']>;

/** The declarations of a selected union. Offsets in them count from the record around it, which holds the discriminant. */
export function selectedUnion({ record, name }: PlannedRecord, selected: Selected, around: Surroundings): string {
  const { select, container } = selected;
  const armNames = new Set([
    ...select.arms.map((arm) => arm.name),
    ...(select.otherwise === undefined ? [] : [select.otherwise]),
  ]);
  const arms = record.fields
    .filter((field) => armNames.has(field.name))
    .map((field) => ({ ...field, offsetBits: field.offsetBits + container.offsetBits }));
  const start = container.offsetBits / 8;
  const raw = `{ arm: undefined, value: b.subarray(${plus('o', start)}, ${plus('o', start + record.sizeBytes)}) }`;
  const read = (armName: string | undefined): string => {
    const arm = arms.find((candidate) => candidate.name === armName);
    return arm === undefined ? raw : `{ arm: ${stringLiteral(arm.name)}, value: ${readField(arm, around)} }`;
  };
  const place = commentText(select.place.path);
  return [
    `/** The arm that \`${place}\` selects; \`undefined\` with all bytes of the union where it selects none. */`,
    `export type ${name} =`,
    ...arms.map((arm) => armType(arm.name, valueType(arm, around))),
    '  | { readonly arm: undefined; readonly value: Uint8Array };',
    '',
    '/** For encoding: the arm must be the one its discriminant selects. */',
    `export type ${name}Init =`,
    ...arms.map((arm) => armType(arm.name, initType(arm, around))),
    '  | { readonly arm: undefined; readonly value: ArrayLike<number> };',
    '',
    `function select${name}(b: Uint8Array, o: number): ${name}['arm'] {`,
    ...selection(select, around, (arm) => (arm === undefined ? 'undefined' : stringLiteral(arm))),
    '}',
    '',
    `function read${name}(b: Uint8Array, o: number): ${name} {`,
    ...selection(select, around, read),
    '}',
    '',
    ...encoder(name, record.sizeBytes, arms, selected, around),
  ].join('\n');
}

function armType(arm: string, value: string): string {
  return `  | { readonly arm: ${stringLiteral(arm)}; readonly value: ${value} }`;
}

/** A switch over the discriminant; `render` gives what is returned for an arm. */
function selection(
  select: Selected['select'],
  around: Surroundings,
  render: (arm: string | undefined) => string,
): string[] {
  const byValue = new Map<bigint, { name: string; condition?: string }[]>();
  for (const arm of select.arms) {
    for (const { value } of arm.values) {
      const list = byValue.get(value) ?? [];
      byValue.set(value, list);
      if (list.some((known) => known.name === arm.name)) continue;
      list.push({
        name: arm.name,
        ...(arm.condition === undefined ? {} : { condition: conditionExpression(arm.condition, 'o', around) }),
      });
    }
  }
  const otherwise = `return ${render(select.otherwise)};`;
  const lines = [`  switch (${readPlaceExpression(select.place, 'o', around)}) {`];
  for (const [value, arms] of byValue) {
    const label = `    case ${integerLiteral(value, select.place.element)}:`;
    // A later arm holds only if its condition does, and the last such one wins.
    const [principal, ...others] = arms;
    const conditional = others
      .toReversed()
      .filter(({ condition }) => condition !== undefined)
      .map(({ name, condition = '' }) => `      if (${condition}) return ${render(name)};`);
    if (principal?.condition !== undefined) {
      conditional.push(`      if (${principal.condition}) return ${render(principal.name)};`);
    }
    const last = principal?.condition === undefined ? `return ${render(principal?.name)};` : otherwise;
    lines.push(...(conditional.length === 0 ? [`${label} ${last}`] : [label, ...conditional, `      ${last}`]));
  }
  return [...lines, `    default: ${otherwise}`, '  }'];
}

function encoder(
  name: string,
  sizeBytes: number,
  arms: readonly FieldDescriptor[],
  { select, container }: Selected,
  around: Surroundings,
): string[] {
  const start = plus('o', container.offsetBits / 8);
  const path = stringLiteral(container.cName ?? container.name);
  const raw = `${around.runtime('putBytes')}(out, ${start}, value.value, ${String(sizeBytes)}, ${path});`;
  const cases = arms.flatMap((arm) => {
    const writes = writeField(arm, 'value.value', arm.cName ?? arm.name, around, '');
    const label = `    case ${stringLiteral(arm.name)}:`;
    return writes.length === 1
      ? [`${label} ${writes[0] ?? ''} break;`]
      : [`${label} {`, ...writes.map((line) => `      ${line}`), '      break;', '    }'];
  });
  const isAsked = cases.some((line) => line.includes('isZero'));
  const check = `${around.runtime('checkArm')}(value.arm, select${name}(out, o), ${stringLiteral(`union selected by ${select.place.path}`)});`;
  return [
    `function encode${name}(value: ${name}Init, out: Uint8Array, o: number, ${isAsked ? '' : '_'}isZero: boolean): void {`,
    '  switch (value.arm) {',
    ...cases,
    `    case undefined: ${raw} break;`,
    '  }',
    `  ${check}`,
    '}',
  ];
}
