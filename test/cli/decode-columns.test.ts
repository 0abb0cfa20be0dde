/**
 * Tables of records, read back by programs that share nothing with the writers: DuckDB for Parquet and CSV, flechette for Arrow.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from '@uwdata/flechette';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'uabi-columns-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** 64 bytes of struct kvm_vcpu_events as released kernels have it, with some of them set. */
function events(set: Readonly<Record<number, number>>): Buffer {
  const bytes = Buffer.alloc(64);
  for (const [offset, value] of Object.entries(set)) bytes[Number(offset)] = value;
  return bytes;
}

// A plain record, an SError with syndrome 0x101d1ed, a byte no released kernel accepts, a syndrome with bit 25 set.
const records = [
  events({ 1: 1 }),
  events({ 0: 1, 1: 1, 8: 0xed, 9: 0xd1, 10: 0x01, 11: 0x01 }),
  events({ 3: 1 }),
  events({ 0: 1, 1: 1, 11: 2 }),
];

const type = ['--columns', '--type', 'kvm_vcpu_events#v1', '--target', 'arm64'];

async function convert(out: string, ...more: readonly string[]): Promise<string> {
  const input = join(directory, 'events.bin');
  writeFileSync(input, Buffer.concat(records));
  const path = join(directory, out);
  const { code, stderr } = await runCli(['decode', ...type, ...more, '--out', path, input]);
  expect(code, stderr).toBe(0);
  return path;
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

describe('uabi decode --columns', () => {
  test('Parquet, read by DuckDB: values, types and what is wrong with each record', async () => {
    const path = await convert('events.parquet');
    const rows = await query(`select * from '${path}' order by _record`);
    expect(rows).toHaveLength(4);
    expect(rows[1]).toEqual({
      _record: '1',
      'exception.serror_pending': 1,
      'exception.serror_has_esr': 1,
      'exception.ext_dabt_pending': 0,
      'exception.serror_esr': String(0x101d1ed),
      _severity: null,
      _rules: null,
    });
    expect(rows.map(({ _severity }) => _severity)).toEqual([null, null, 'error', 'error']);
    expect(rows[2]?.['_rules']).toBe('reserved-not-zero:exception.pad');
    expect(rows[3]?.['_rules']).toBe('outside-accepted-mask:exception.serror_esr');
    const types = await query(`describe select * from '${path}'`);
    expect(types.map(({ column_type }) => column_type)).toEqual([
      'UBIGINT',
      'UTINYINT',
      'UTINYINT',
      'UTINYINT',
      'UBIGINT',
      'VARCHAR',
      'VARCHAR',
    ]);
  });

  test('CSV, read by DuckDB', async () => {
    const path = await convert('events.csv');
    const rows = await query(`select _record, "exception.serror_esr" as esr, _severity from '${path}' order by 1`);
    expect(rows.map(({ esr }) => Number(esr))).toEqual([0, 0x101d1ed, 0, 0x2000000]);
    expect(rows.map(({ _severity }) => _severity)).toEqual([null, null, 'error', 'error']);
  });

  test('Arrow, read by another implementation', async () => {
    const path = await convert('events.arrow');
    const table = tableFromIPC(readFileSync(path), { useBigInt: true });
    expect(table.numRows).toBe(4);
    expect([...table.getChild('exception.serror_esr')]).toEqual([0n, 0x101d1edn, 0n, 0x2000000n]);
    expect([...table.getChild('_rules')]).toEqual([
      null,
      null,
      'reserved-not-zero:exception.pad',
      'outside-accepted-mask:exception.serror_esr',
    ]);
  });

  test('arms of a union are null where another arm is selected', async () => {
    const page = (exit: number, set: Readonly<Record<number, number>>): Buffer => {
      const bytes = Buffer.alloc(2352);
      bytes.writeUInt32LE(exit, 8);
      for (const [offset, value] of Object.entries(set)) bytes[Number(offset)] = value;
      return bytes;
    };
    const input = join(directory, 'pages.bin');
    // KVM_EXIT_MMIO: four bytes written to 0x09000000; KVM_EXIT_SYSTEM_EVENT: type 2, one number.
    writeFileSync(
      input,
      Buffer.concat([page(6, { 35: 9, 40: 0xaa, 48: 4, 52: 1 }), page(24, { 32: 2, 36: 1, 40: 7 })]),
    );
    for (const format of ['parquet', 'arrow', 'csv']) {
      const path = join(directory, `pages.${format}`);
      const { code } = await runCli(
        ['decode', '--columns', '--type', 'kvm_run', '--target', 'arm64'].concat(
          ['--fields', 'exit_reason,mmio,system_event'],
          ['--out', path, input],
        ),
      );
      expect(code).toBe(0);
      const wanted = ['mmio.phys_addr', 'mmio.len', 'system_event.type', 'system_event.data[0]'];
      const rows: unknown[][] = [];
      for (const name of wanted) {
        if (format === 'arrow') {
          rows.push([...(tableFromIPC(readFileSync(path)).getChild(name) as Iterable<unknown>)]);
        } else {
          const found = await query(`select "${name}" as v from '${path}' order by _record`);
          rows.push(found.map(({ v }) => v));
        }
      }
      const columns = rows.map((column) => column.map((value) => (value === null ? null : Number(value))));
      expect(columns, format).toEqual([
        [0x09000000, null],
        [4, null],
        [null, 2],
        [null, 7],
      ]);
    }
  });

  test('JSON lines: the line, the answer of the kernel and both sides of the buffer', async () => {
    const out = join(directory, 'log.parquet');
    const args = ['--request', 'KVM_SET_VCPU_EVENTS', '--input', 'jsonl', '--out', out];
    const file = 'fixtures/captures/arm64.jsonl';
    const { code } = await runCli(['decode', '--columns', '--target', 'arm64', ...args, file]);
    expect(code).toBe(0);
    const rows = await query(
      `select _line, _result, _errno from '${out}' where _moment = 'before' and _severity = 'error' order by _line`,
    );
    // Byte 3 is refused on line 3 (the vCPU was not initialised, which the kernel finds first) and taken on line 5, by a patched kernel.
    expect(rows.map(({ _line, _result, _errno }) => [Number(_line), Number(_result), _errno])).toEqual([
      [3, -1, 'ENOEXEC'],
      [5, 0, null],
    ]);
  });

  test('a record that is cut off is left out and said, and the exit code is 3', async () => {
    const input = join(directory, 'cut.bin');
    writeFileSync(input, Buffer.concat([...records, Buffer.alloc(10)]));
    const out = join(directory, 'cut.csv');
    const { code, stderr } = await runCli(['decode', ...type, '--out', out, input]);
    expect(code).toBe(3);
    expect(stderr).toContain('ends 10 bytes into a record of 64');
    expect(readFileSync(out, 'utf8').trim().split('\n')).toHaveLength(5);
  });

  test('calls that cannot work say why', async () => {
    const wrong = async (...args: readonly string[]): Promise<string> => {
      const { code, stderr } = await runCli(['decode', ...type, ...args]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await wrong('x.bin')).toContain('--out FILE');
    expect(await wrong('--out', 'x.txt', 'x.bin')).toContain('arrow, parquet or csv');
    expect(await wrong('--fields', 'no_such', '--out', join(directory, 'x.csv'), 'x.bin')).toContain('no field');
    const { code } = await runCli(['decode', ...type, '--out', join(directory, 'x.csv'), 'nowhere.bin']);
    expect(code).toBe(3);
  });
});
