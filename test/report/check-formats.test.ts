/**
 * Every format on every kind of input: the schema or parser of its readers accepts it, and no name out of a header gets out of
 * the place it was put in.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { Abi } from '../../src/abi/abi.ts';
import { checkFormatNames, checkFormats, type CheckFormatName } from '../../src/report/check-formats.ts';
import { type CheckReport, makeReport } from '../../src/report/check-report.ts';
import { checkLineSchema, checkSchema } from '../../src/report/check-schema.ts';
import { githubSummary } from '../../src/report/check-github.ts';
import { uriOf } from '../../src/report/safe-text.ts';
import { adviseOn } from '../../src/verdict/advice.ts';
import { checkAbis, type CheckResult } from '../../src/verdict/check.ts';
import { abi, field, record } from '../verdict/build.ts';
import { eventsForms, vcpuEvents } from '../verdict/vcpu-events.ts';

const require = createRequire(import.meta.url);
const sarifSchema = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json') as Record<string, unknown>;

const ajv = new Ajv({
  allErrors: true,
  strict: false,
  // One of SARIF's patterns is none by the stricter grammar of the u flag.
  unicodeRegExp: false,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'uri-reference': (text: string) => /^(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-F]{2})*$/.test(text),
    'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
  },
});
// The published file is written in draft 4, whose `id` is called `$id` today; it uses nothing else that has changed.
const sarif = Object.fromEntries(Object.entries(sarifSchema).filter(([key]) => key !== 'id' && key !== '$schema'));
const isSarif = ajv.compile(sarif);
const isCheck = ajv.compile(checkSchema);
const isCheckLine = ajv.compile(checkLineSchema);
/** What GitLab documents as required of a code quality report. */
const isCodeQuality = ajv.compile({
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: { type: 'string', minLength: 1 },
      check_name: { type: 'string', minLength: 1 },
      fingerprint: { type: 'string', minLength: 1 },
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', minLength: 1, not: { pattern: '^(\\./|/)' } },
          lines: { type: 'object', required: ['begin'], properties: { begin: { type: 'integer', minimum: 1 } } },
        },
      },
      content: { type: 'object', required: ['body'], properties: { body: { type: 'string' } } },
    },
  },
});
const isB4 = ajv.compile({
  type: 'array',
  items: {
    type: 'object',
    required: ['tool', 'status'],
    additionalProperties: false,
    properties: {
      tool: { type: 'string' },
      status: { enum: ['pass', 'warn', 'fail'] },
      summary: { type: 'string', not: { pattern: '\n' } },
      url: { type: 'string' },
      details: { type: 'string' },
    },
  },
});

function valid(check: typeof isSarif, text: string): void {
  check(JSON.parse(text));
  expect(check.errors ?? []).toEqual([]);
}

const hasXmllint = spawnSync('xmllint', ['--version']).status === 0;

/** Lets libxml2 read the document and answer a question about it. */
function xpath(text: string, question: string): string {
  return execFileSync('xmllint', ['--nonet', '--xpath', question, '-'], { input: text, encoding: 'utf8' }).trimEnd();
}

/** What one could put into a header, a path or a label to be obeyed by something that reads a report. */
const hostile: readonly string[] = [
  '\u001b[31mred\u001b]0;title\u0007',
  '\u009b31m',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '::set-output name=x::y',
  '::error::gotcha',
  '\n::error::on a line of its own',
  '##[error]old form',
  ']]>',
  '--><b>',
  'a\nb\r\nc',
  'left\u202eright\u2066\u200f',
  '__proto__',
  'constructor',
  '`code` ``more`` ```fence```',
  '| cell | [link](https://example.org) ![i](x) @somebody #12 www.example.org',
  '%0A::warning::percent',
  '\ud800 lone \udfff',
  '\u0000\u0008\ufffe\uffff',
  '&amp; &#60;',
  '../../../etc/passwd',
  'From somebody',
];

function named(name: string, other: string): Abi {
  const built = abi({
    label: name,
    records: [record('struct', name, [field('__u32', other), field('__u32', 'b')])],
    constants: { [name]: 1 },
  });
  const dirty = { file: `${name}/${other}`, line: 3, column: 1 };
  return {
    ...built,
    records: new Map([...built.records].map(([key, one]) => [key, { ...one, header: name, location: dirty }])),
    constants: new Map([...built.constants].map(([key, one]) => [key, { ...one, header: name, location: dirty }])),
    notUnderstood: [{ severity: 'error', code: 'unknown-type', message: `cannot read ${name}`, location: dirty }],
  };
}

function hostileReport(name: string): CheckReport {
  const result = checkAbis([{ old: named(name, 'a'), new: named(name, name) }]);
  const removed = checkAbis([{ old: named(name, 'a'), new: abi({ label: name }) }]);
  const findings = [...result.findings, ...removed.findings].map((finding, index) =>
    index === 0 ? { ...finding, waiver: { reason: name, expires: '2030-01-01', file: name, line: 1 } } : finding,
  );
  return makeReport(
    { ...result, findings },
    {
      showAll: true,
      textOf: (side) => `${name}\n${side}\nint x;\n${name} ${side}\n`,
      steps: [
        { title: name, result: removed },
        { title: `${name} ${name}`, result },
      ],
    },
  );
}

/** Each format's own notion of "nothing got out". */
const checks: Readonly<Record<CheckFormatName, (text: string, name: string) => void>> = {
  text: plain,
  terse: plain,
  json: (text) => {
    valid(isCheck, text);
  },
  jsonl: (text) => {
    const lines = text.trimEnd().split('\n');
    for (const line of lines) valid(isCheckLine, line);
    expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(
      expect.arrayContaining(['check', 'finding', 'waived', 'not-understood', 'verdict']),
    );
  },
  sarif: (text) => {
    valid(isSarif, text);
  },
  github: (text) => {
    // What begins a line is one of our three commands, with a file, a line, a title and nothing else.
    for (const line of text.split('\n').filter((one) => one.trimStart().startsWith('::'))) {
      expect(line).toMatch(/^::(error|warning|notice) (file=[^:,\n]*,line=\d+,)?title=[^:,\n]*::/);
    }
    for (const line of text.split('\n').filter((one) => !one.startsWith('::'))) expect(line).not.toContain('##[');
  },
  gitlab: (text) => {
    valid(isCodeQuality, text);
  },
  junit: (text) => {
    if (hasXmllint) expect(Number(xpath(text, 'count(//testcase)'))).toBeGreaterThan(2);
  },
  markdown: plain,
  mail: (text) => {
    plain(text);
    const ours = text.split('\n').filter((line) => !line.startsWith('>') && !line.startsWith('    '));
    expect(ours.filter((line) => line.length > 72 && /\S\s+\S/.test(line.slice(4)))).toEqual([]);
    expect(text).not.toMatch(/^From /m);
  },
  html: (text) => {
    // Every tag is one of ours: nothing that runs, loads or is clicked but the links within the page.
    const tags = new Set([...text.matchAll(/<([a-z][a-z0-9]*)/gi)].map((tag) => (tag[1] ?? '').toLowerCase()));
    for (const tag of ['script', 'img', 'iframe', 'form', 'link', 'object', 'svg']) expect(tags).not.toContain(tag);
    expect(text.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son[a-z]+\s*=/i);
  },
  b4: (text) => {
    valid(isB4, text);
  },
};

function plain(text: string): void {
  expect(text).not.toMatch(/^\s*::/m);
  expect(text).not.toContain('##[');
}

describe.each(checkFormatNames)('%s', (format) => {
  test.each(hostile)('keeps %j in its place', (name) => {
    const report = hostileReport(name);
    const text = checkFormats[format].render(report);
    expect(text.endsWith('\n')).toBe(true);
    // Nothing invisible, nothing that moves a cursor, nothing that turns a line around.
    expect(text).not.toMatch(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufffe\uffff]/,
    );
    expect(text).not.toMatch(/[\ud800-\udfff]/u);
    checks[format](text, name);
  });

  test.each(eventsForms)('can say what happens from v1 to %s', (form) => {
    const result = checkAbis([{ old: vcpuEvents('v1'), new: vcpuEvents(form) }]);
    const alternatives = new Map([...result.records.keys()].map((name) => [name, adviseOn(result, name)] as const));
    expect(typeof checkFormats[format].render(makeReport(result, { alternatives }))).toBe('string');
  });
});

const broken = checkAbis([{ old: vcpuEvents('v1'), new: vcpuEvents('ext_abt_esr') }]);
const same = checkAbis([{ old: vcpuEvents('v1'), new: vcpuEvents('v1') }]);
const waived: CheckResult = {
  ...broken,
  verdict: 'compatible',
  findings: broken.findings.map((one) =>
    one.verdict === 'break' ? { ...one, waiver: { reason: 'agreed on the list', expires: '2030-01-31' } } : one,
  ),
};

interface Sarif {
  readonly runs: readonly {
    readonly invocations: readonly { readonly executionSuccessful: boolean }[];
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly partialFingerprints: Readonly<Record<string, string>>;
      readonly suppressions?: readonly { readonly justification: string; readonly status: string }[];
    }[];
  }[];
}

function sarifRun(result: CheckResult): Sarif['runs'][number] {
  const [run] = (JSON.parse(checkFormats.sarif.render(makeReport(result))) as Sarif).runs;
  if (run === undefined) throw new Error('no run');
  return run;
}

describe('sarif', () => {
  test('results name their rule, with its index, and carry the fingerprint', () => {
    const { results, tool } = sarifRun(broken);
    expect(results).toHaveLength(2);
    for (const one of results) {
      expect(one.level).toBe('error');
      expect(tool.driver.rules[one.ruleIndex]?.id).toBe(one.ruleId);
      expect(broken.findings.map((finding) => finding.fingerprint)).toContain(one.partialFingerprints['uabi/v1']);
    }
  });

  test('a waived finding is a suppressed result', () => {
    const suppressions = sarifRun(waived).results.map((one) => one.suppressions?.[0]);
    expect(suppressions).toHaveLength(2);
    for (const one of suppressions)
      expect(one).toMatchObject({ justification: 'agreed on the list', status: 'accepted' });
  });

  test('what was not read makes the invocation unsuccessful', () => {
    const [problem] = hostileReport('x').result.notUnderstood;
    if (problem === undefined) throw new Error('no problem');
    expect(sarifRun({ ...same, notUnderstood: [problem] }).invocations[0]?.executionSuccessful).toBe(false);
    expect(sarifRun(same).invocations[0]?.executionSuccessful).toBe(true);
  });

  test('a path is a URI', () => {
    expect(uriOf('include/uapi/linux/a b#c?.h')).toBe('include/uapi/linux/a%20b%23c%3F.h');
  });
});

describe('github', () => {
  const many = (count: number): CheckReport => {
    const [one] = broken.findings;
    if (one === undefined) throw new Error('no finding');
    return makeReport({ ...broken, findings: Array.from({ length: count }, () => one) });
  };

  test('escapes what would end a message or a property', () => {
    const [one] = broken.findings;
    if (one === undefined) throw new Error('no finding');
    const side = { header: 'a', file: 'a,b:c%d.h', line: 7 };
    const text = checkFormats.github.render(
      makeReport({ ...broken, findings: [{ ...one, new: side, message: '100%' }] }),
    );
    expect(text.split('\n')[0]).toContain('::error file=a%2Cb%3Ac%25d.h,line=7,title=break%3A inner-record-grew::');
    expect(text.split('\n')[0]).toContain('100%25.%0A');
  });

  test('writes ten of a level and counts the rest', () => {
    const lines = checkFormats.github.render(many(37)).split('\n');
    expect(lines.filter((line) => line.startsWith('::error'))).toHaveLength(10);
    expect(lines).toContain('27 more findings of level error: see the summary of this job.');
  });

  test('is silent where nothing is to be said', () => {
    expect(checkFormats.github.render(makeReport(same))).toBe('');
  });

  test('the summary stays below what GitHub takes', () => {
    expect(Buffer.byteLength(githubSummary(many(3000)))).toBeLessThan(1024 * 1024);
    expect(githubSummary(many(3000))).toContain('2900 more findings are not listed here');
  });
});

describe('gitlab', () => {
  test('no two issues have one fingerprint', () => {
    const twice = { ...broken, findings: [...broken.findings, ...broken.findings] };
    const issues = JSON.parse(checkFormats.gitlab.render(makeReport(twice))) as { fingerprint: string }[];
    expect(issues).toHaveLength(4);
    expect(new Set(issues.map((one) => one.fingerprint)).size).toBe(4);
  });

  test('is an empty list where all is well', () => {
    expect(checkFormats.gitlab.render(makeReport(same))).toBe('[]\n');
    expect(checkFormats.gitlab.render(makeReport(waived))).toBe('[]\n');
  });
});

describe.runIf(hasXmllint)('junit, read by libxml2', () => {
  test('fails what fails the check, skips what is waived, passes where all is well', () => {
    const count = (result: CheckResult, what: string): string =>
      xpath(checkFormats.junit.render(makeReport(result)), `count(//testcase${what})`);
    expect(count(broken, '/failure')).toBe('2');
    expect(count(waived, '/failure')).toBe('0');
    expect(count(waived, '/skipped')).toBe('2');
    expect(count(same, '')).toBe('1');
    expect(count(same, '/*')).toBe('0');
  });

  test('gives back the name it was given', () => {
    const text = checkFormats.junit.render(hostileReport(']]><x a="1">&'));
    expect(xpath(text, 'string(//testcase[1]/@name)')).toContain(']]><x a="1">&');
  });
});

describe('a series', () => {
  const [mended, lasting] = broken.findings;
  if (mended === undefined || lasting === undefined) throw new Error('no findings');
  const part = (findings: CheckResult['findings'], verdict: CheckResult['verdict']): CheckResult => ({
    ...broken,
    findings,
    verdict,
  });
  /** The first patch breaks two things, the second mends one of them, the third does nothing. */
  const report = makeReport(part([lasting], 'break'), {
    steps: [
      { title: 'KVM: break twice', result: part([mended, lasting], 'break') },
      { title: 'KVM: mend one', result: part([], 'compatible') },
    ],
  });
  const allMended = makeReport(part([], 'compatible'), {
    steps: [
      { title: 'KVM: break once', result: part([mended], 'break') },
      { title: 'KVM: mend it', result: part([], 'compatible') },
    ],
  });

  test.each(checkFormatNames)('is told patch by patch in %s', (format) => {
    const text = checkFormats[format].render(report);
    for (const title of ['KVM: break twice', 'KVM: mend one']) {
      // Of a patch that does nothing, GitLab has no issue to hold its title.
      if (format === 'gitlab' && title === 'KVM: mend one') continue;
      expect(text).toMatch(new RegExp(title.replace(':', '(?::|&#58;|\\\\:)')));
    }
  });

  test.each(checkFormatNames)('says in %s what a later patch mends', (format) => {
    if (format === 'json' || format === 'jsonl') return;
    expect(checkFormats[format].render(allMended)).toMatch(/mended|mends/i);
  });

  test('is no failure where a later patch mends everything', () => {
    expect(checkFormats.junit.render(allMended)).toContain('failures="0"');
    expect(checkFormats.github.render(allMended)).not.toMatch(/^::error/m);
    const statuses = (JSON.parse(checkFormats.b4.render(allMended)) as { status: string }[]).map((one) => one.status);
    expect(statuses).toEqual(['pass', 'warn', 'pass']);
  });

  test('a finding says which patch it comes from', () => {
    const [run] = (
      JSON.parse(checkFormats.sarif.render(report)) as {
        runs: { results: { properties: { patch: string } }[]; properties: { patches: { title: string }[] } }[];
      }
    ).runs;
    expect(run?.results.map((one) => one.properties.patch)).toEqual(['patch 1/2 "KVM: break twice"']);
    expect(run?.properties.patches.map(({ title }) => title)).toEqual(['KVM: break twice', 'KVM: mend one']);
    expect(checkFormats.github.render(report)).toContain('Comes from patch 1/2 "KVM: break twice".');
  });
});

describe('b4', () => {
  test.each([
    [broken, 'fail'],
    [{ ...broken, verdict: 'review' as const }, 'warn'],
    [waived, 'pass'],
    [{ ...broken, verdict: 'undecided' as const }, 'fail'],
  ])('tells b4 what to show', (result, status) => {
    expect(JSON.parse(checkFormats.b4.render(makeReport(result)))).toMatchObject([{ tool: 'uabi', status }]);
  });

  test('has nothing to report on a patch that changes no ABI', () => {
    expect(checkFormats.b4.render(makeReport(same))).toBe('[]\n');
  });
});

describe('markdown', () => {
  test('calls nobody and links nowhere', () => {
    const text = checkFormats.markdown.render(hostileReport('@somebody'));
    const prose = text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
    expect(prose).toContain('@&#8203;somebody');
    expect(prose).not.toContain('@somebody');
  });
});
