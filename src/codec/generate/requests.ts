/**
 * A table of requests and their numbers on every target, as one TypeScript module of plain data.
 *
 * Looking a number up should cost no more than starting the program, while working the numbers out means laying out every
 * record that a request carries, once per target. So the table is made ahead of time.
 */

import type { RequestDeclaration } from '../../abi/abi.ts';

/** A request on all targets that have it. */
export interface TabledRequest {
  /** Name of the target → the request there. */
  readonly byTarget: ReadonlyMap<string, RequestDeclaration>;
  readonly name: string;
}

/** The requests of several ABIs of different targets, by name, in the order in which they are first met. */
export function tableRequests(
  declarations: Iterable<readonly [target: string, request: RequestDeclaration]>,
): readonly TabledRequest[] {
  const table = new Map<string, { name: string; byTarget: Map<string, RequestDeclaration> }>();
  for (const [target, request] of declarations) {
    const row = table.get(request.name) ?? { name: request.name, byTarget: new Map<string, RequestDeclaration>() };
    if (!row.byTarget.has(target)) row.byTarget.set(target, request);
    table.set(request.name, row);
  }
  return [...table.values()];
}

/** The text of the module. Every name in it is written as a JSON string, so none can end a literal. */
export function requestTableModule(table: readonly TabledRequest[]): string {
  const rows = table.flatMap(({ name, byTarget }) =>
    // What a request carries may differ between targets; then it has a row for each form.
    groupBy(byTarget, ({ header, argument, descriptors, carries }) =>
      JSON.stringify({ name, header, argument, descriptors, carries }),
    ).map(([, group]) => rowText(name, group)),
  );
  return `/* Written by uabi generate --to requests; do not edit. */

/** A request, and its number on each target that has it: every target stands beside exactly one number. */
export interface RequestRow {
  readonly name: string;
  readonly header: string;
  /** The C type given to \`_IOR\` or \`_IOW\`. */
  readonly argument?: string;
  /** The kinds of file descriptor that take it. */
  readonly descriptors?: readonly ('system' | 'vm' | 'vcpu' | 'device')[];
  /** What really travels, where the direction in the number is wrong and frozen. */
  readonly carries?: 'read' | 'write' | 'readwrite';
  readonly numbers: readonly (readonly [number: number, ...targets: readonly string[]])[];
}

export const requestTable: readonly RequestRow[] = [
${rows.join('\n')}
];
`;
}

function rowText(name: string, byTarget: ReadonlyMap<string, RequestDeclaration>): string {
  const [first] = byTarget.values();
  const { header = '', argument, descriptors, carries } = first ?? {};
  const numbers = groupBy(byTarget, ({ number }) => `0x${number.toString(16).padStart(8, '0')}`).map(
    ([number, group]) => `[${[number, ...[...group.keys()].map(literal)].join(', ')}]`,
  );
  const entries = [
    `name: ${literal(name)}`,
    `header: ${literal(header)}`,
    ...(argument === undefined ? [] : [`argument: ${literal(argument)}`]),
    ...(descriptors === undefined ? [] : [`descriptors: [${descriptors.map(literal).join(', ')}]`]),
    ...(carries === undefined ? [] : [`carries: ${literal(carries)}`]),
    `numbers: [${numbers.join(', ')}]`,
  ];
  return `  { ${entries.join(', ')} },`;
}

function groupBy(
  byTarget: ReadonlyMap<string, RequestDeclaration>,
  keyOf: (request: RequestDeclaration) => string,
): (readonly [key: string, group: ReadonlyMap<string, RequestDeclaration>])[] {
  const groups = new Map<string, Map<string, RequestDeclaration>>();
  for (const [target, request] of byTarget) {
    const key = keyOf(request);
    groups.set(key, (groups.get(key) ?? new Map<string, RequestDeclaration>()).set(target, request));
  }
  return [...groups];
}

function literal(text: string): string {
  return JSON.stringify(text);
}
