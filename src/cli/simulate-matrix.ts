/** `uabi simulate matrix`: programs built for each form of a record on kernels of each form, as a table or as JSON. */

import { UserError } from '../diagnostic.ts';
import { parseCpuModel } from '../kernel/cpu-models.ts';
import { type MatrixCell, matrixKernels, runEventsMatrix } from '../kernel/events-matrix.ts';

/**
 * The report of the matrix.
 *
 * @throws UserError if there is no matrix for the record.
 */
export function matrixReport(type: string, cpu: string, format: string): string {
  if (type.replace(/^struct\s+/, '') !== 'kvm_vcpu_events') {
    throw new UserError(`There is no matrix for ${type}; known: kvm_vcpu_events.`);
  }
  const cells = runEventsMatrix(parseCpuModel(cpu));
  if (format === 'json') {
    return `${JSON.stringify({ schemaVersion: 1, type: 'struct kvm_vcpu_events', cpu, cells }, undefined, 2)}\n`;
  }
  return table(cells);
}

function table(cells: readonly MatrixCell[]): string {
  const programs = [...new Set(cells.map(({ program, builtFor }) => `${program} (${builtFor})`))];
  const kernels = matrixKernels.map(({ form, version }) => `${form} (${version.toString()})`);
  const width = Math.max(...programs.map((name) => name.length));
  const columnWidth = Math.max(...kernels.map((name) => name.length)) + 2;
  const lines = [`${'program (built for)'.padEnd(width)}  ${kernels.map((one) => one.padEnd(columnWidth)).join('')}`];
  for (const name of programs) {
    const row = cells.filter(({ program, builtFor }) => `${program} (${builtFor})` === name);
    lines.push(`${name.padEnd(width)}  ${row.map(({ verdict }) => verdict.padEnd(columnWidth)).join('')}`.trimEnd());
  }
  lines.push('', 'Cells that are neither as meant nor refused:');
  for (const { program, kernel, verdict, outcome } of cells) {
    if (verdict === 'otherwise') lines.push(`  ${program} on ${kernel}: ${outcome}`);
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
