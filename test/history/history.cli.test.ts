/**
 * `docs/history-6.1-6.12.md` says what uabi says. It takes a repository with both kernels, which is named by
 * `UABI_KERNEL_REPOSITORY`; where there is none, the tests are skipped and say so.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const repository = process.env['UABI_KERNEL_REPOSITORY'];
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const table = readFileSync(new URL('../../docs/history-6.1-6.12.md', import.meta.url), 'utf8');

interface Report {
  readonly verdict: string;
  readonly findings: readonly {
    readonly verdict: string;
    readonly rule: string;
    readonly subject: string;
    readonly old: { readonly header: string } | null;
    readonly new: { readonly header: string } | null;
    readonly witness: object | null;
  }[];
}

function check(range: readonly string[]): Report {
  const args = [cli, 'check', ...range, '-C', repository ?? '', '--format', 'json', '--fail-on', 'never'];
  const options = { encoding: 'utf8' as const, maxBuffer: 1 << 28 };
  try {
    return JSON.parse(execFileSync(process.execPath, args, options)) as Report;
  } catch (error) {
    // Exit code 3 comes with a whole report: some declarations are understood on neither side.
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') {
      return JSON.parse(error.stdout) as Report;
    }
    throw error;
  }
}

/** `header: verdict rule subject`, as the table has them. */
function tableLines(): string[] {
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:header|---) /.test(line));
  return rows.flatMap((row) => {
    const [header = '', cell = ''] = row
      .slice(2)
      .split(/ (?<!\\)\| /)
      .map((text) => text.trim());
    return cell.split('<br>').flatMap((group) => {
      const [rule = '', names = ''] = group.split(/: (.*)/s);
      return [...names.matchAll(/`([^`]+)`/g)].map((match) => `${header}: ${rule} ${match[1] ?? ''}`);
    });
  });
}

describe('the table of 6.1 to 6.12', () => {
  test('has a sentence for each header, and tells nothing twice', () => {
    const lines = tableLines();
    expect(lines.length).toBeGreaterThan(200);
    const rows = table.split('\n').filter((line) => /^\| [a-z-]+\//.test(line));
    expect(rows.filter((row) => !row.replace(/ +\|$/, ' |').endsWith('. |'))).toEqual([]);
    expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([]);
  });

  test.skipIf(repository === undefined)('is what uabi says now (UABI_KERNEL_REPOSITORY)', { timeout: 600_000 }, () => {
    const { findings } = check(['v6.1..v6.12']);
    const said = findings.map((one) => {
      const header = (one.old ?? one.new)?.header ?? '';
      return `${header}: ${one.verdict} ${one.rule} ${one.subject}`;
    });
    expect(said.sort()).toEqual(tableLines().sort());
    expect(findings.filter((one) => one.verdict === 'break' && one.witness === null)).toEqual([]);
  });

  test.skipIf(repository === undefined)('a tree against itself finds nothing', { timeout: 600_000 }, () => {
    expect(check(['v6.12', 'v6.12', '--show', 'all']).findings).toEqual([]);
  });
});
