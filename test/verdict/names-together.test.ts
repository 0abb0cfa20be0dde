/** Names that share a fate are told together, and none of them is lost. */

import { expect, test } from 'vitest';
import type { TargetName } from '../../src/abi/target.ts';
import { checkAbis } from '../../src/verdict/check.ts';
import type { Finding } from '../../src/verdict/finding.ts';
import { abiOf } from '../support/header-source.ts';

function told(old: string, next: string, targets: readonly TargetName[] = ['x86_64']): readonly Finding[] {
  const pairs = targets.map((name) => ({ old: abiOf(old, name), new: abiOf(next, name) }));
  return checkAbis(pairs).findings.filter(({ verdict }) => verdict !== 'compatible');
}

const numbered = (names: readonly string[]): string =>
  names.map((name, index) => `#define ${name} ${String(index + 50)}\n`).join('');

test('constants of one prefix that went while others stayed are one finding', () => {
  const gone = ['PORT_BFIN', 'PORT_CRIS', 'PORT_MPSC', 'PORT_TILEGX'];
  const findings = told(numbered([...gone, 'PORT_8250']), '#define PORT_8250 54\n');
  expect(findings.map(({ rule }) => rule)).toEqual(['constant-removed']);
  expect(findings[0]?.message).toBe('PORT_BFIN (50), PORT_CRIS (51), PORT_MPSC (52) and PORT_TILEGX (53) are gone');
  expect(findings[0]?.members).toEqual(gone);
  expect(findings[0]?.follows?.every(({ witness }) => witness !== null)).toBe(true);
});

test('one or two are told one by one', () => {
  const findings = told(numbered(['PORT_BFIN', 'PORT_CRIS', 'PORT_8250']), '#define PORT_8250 52\n');
  expect(findings.map(({ subject }) => subject)).toEqual(['constant PORT_BFIN', 'constant PORT_CRIS']);
});

test('of constants that went here and stay elsewhere only the former are gone', () => {
  const old = numbered(['DEV_A', 'DEV_B', 'DEV_C', 'DEV_D', 'DEV_E', 'DEV_F']);
  const next = `#define DEV_F 55\n#ifdef __s390x__\n${numbered(['DEV_A', 'DEV_B'])}#endif\n`;
  const findings = told(old, next, ['x86_64', 's390x']);
  expect(findings.map(({ rule, members }) => [rule, members])).toEqual([
    ['constant-removed', ['DEV_C', 'DEV_D', 'DEV_E']],
    ['newly-guarded', ['DEV_A', 'DEV_B']],
  ]);
});

test('two names of one request are one loss, told under the name that programs use', () => {
  const io = '#define _IO(t, n) (((t) << 8) | (n))\n';
  const findings = told(`${io}#define __DEPRECATED_0x07 _IO(0xae, 7)\n#define TRACE_PAUSE __DEPRECATED_0x07\n`, io);
  expect(findings.map(({ subject }) => subject)).toEqual(['request TRACE_PAUSE']);
  expect(findings[0]?.message).toBe('TRACE_PAUSE (0x0000ae07) and __DEPRECATED_0x07 (0x0000ae07) are gone');
});

const records = (names: readonly string[]): string => names.map((name) => `struct ${name} { int x; };\n`).join('');

test('the records that a driver took along are one finding, which names them all', () => {
  const gone = ['tc_cbq_lssopt', 'tc_cbq_wrropt', 'tc_cbq_ovl', 'tc_cbq_police'];
  const findings = told(records([...gone, 'tc_fifo_qopt', 'tc_red_qopt']), records(['tc_red_qopt']));
  expect(findings.map(({ message }) => message)).toEqual([
    'struct tc_cbq_lssopt, struct tc_cbq_wrropt, struct tc_cbq_ovl and struct tc_cbq_police are gone',
    'struct tc_fifo_qopt is gone',
  ]);
  expect(findings[0]?.members).toEqual(gone.map((name) => `struct ${name}`));
  expect(findings[0]?.follows?.map(({ witness }) => witness?.kind)).toEqual(['source', 'source', 'source']);
  expect(findings[0]?.answers.find(({ contract }) => contract === 'rebuild')?.reason).toBe(
    'a program that names struct tc_cbq_lssopt, struct tc_cbq_wrropt, struct tc_cbq_ovl or struct tc_cbq_police no longer compiles',
  );
});

test('three records, and those of other prefixes, are told one by one', () => {
  const gone = ['tc_cbq_lssopt', 'tc_cbq_wrropt', 'tc_cbq_ovl', 'tc_rsvp_gpi', 'tcf_t'];
  expect(told(records([...gone, 'tc_red_qopt']), records(['tc_red_qopt'])).map(({ subject }) => subject)).toEqual(
    gone.map((name) => `struct ${name}`).sort(),
  );
});

test('a record that stays for some targets is not gone with the others of its prefix', () => {
  const gone = ['kvm_s390_psw', 'kvm_s390_irq', 'kvm_s390_skeys', 'kvm_s390_ucas'];
  const old = records([...gone, 'kvm_s390_mem_op', 'kvm_run']);
  const next = `#ifdef __s390x__\n${records(['kvm_s390_mem_op'])}#endif\n${records(['kvm_run'])}`;
  expect(told(old, next, ['x86_64', 's390x']).map(({ rule, members }) => [rule, members])).toEqual([
    ['newly-guarded', ['struct kvm_s390_mem_op']],
    ['record-removed', gone.map((name) => `struct ${name}`)],
  ]);
});

test('requests of one prefix that went are one finding, each with all of its names', () => {
  const io = '#define _IO(t, n) (((t) << 8) | (n))\n';
  const requests = ['TTY_X_OPEN', 'TTY_X_CLOSE', 'TTY_X_RESET', 'TTY_X_FLUSH']
    .map((name, index) => `#define ${name} _IO('x', ${String(index + 1)})\n`)
    .join('');
  const findings = told(`${io}${requests}#define __TTY_1 TTY_X_OPEN\n#define TTY_Y_OPEN _IO('y', 1)\n`, io);
  expect(findings.map(({ members }) => members)).toEqual([
    ['TTY_X_OPEN', '__TTY_1', 'TTY_X_CLOSE', 'TTY_X_RESET', 'TTY_X_FLUSH'],
    undefined,
  ]);
  expect(findings[0]?.answers.find(({ contract }) => contract === 'rebuild')?.reason).toBe(
    'a program that names TTY_X_OPEN or one of 4 others no longer compiles',
  );
});

test('of requests whose names have two words, the first is their prefix', () => {
  const io = '#define _IO(t, n) (((t) << 8) | (n))\n';
  const requests = (names: readonly string[]): string =>
    io + names.map((name, index) => `#define ${name} _IO('a', ${String(index + 1)})\n`).join('');
  const findings = told(requests(['ATM_GETADDR', 'ATM_RSTADDR', 'ATM_ADDADDR', 'ATM_DELADDR', 'SIG_OPEN']), io);
  expect(findings.map(({ subject, members }) => [subject, members?.length])).toEqual([
    ['request ATM_GETADDR', 4],
    ['request SIG_OPEN', undefined],
  ]);
});

test('macros that became an enum are one finding, and those that stay macros are in none', () => {
  const old = numbered(['TCP_FLOW', 'UDP_FLOW', 'IP_FLOW', 'ESP_FLOW']);
  const list = 'enum { TCP_FLOW = 50, UDP_FLOW, IP_FLOW, ESP_FLOW };\n';
  expect(told(old, list).map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
    'macro-became-enumerator: TCP_FLOW (50), UDP_FLOW (51), IP_FLOW (52) and ESP_FLOW (53) are no macros any more, only enumerators',
  ]);
  expect(told(old, `${list}#define IP_FLOW IP_FLOW\n`)[0]?.members).toEqual(['TCP_FLOW', 'UDP_FLOW', 'ESP_FLOW']);
  // Nor is one that never was a macro, or is no number any more.
  expect(told(list, old)).toEqual([]);
  expect(told(list, `${list}#define NEXT_FLOW 54\n`)).toEqual([]);
});

test('names of an enum that got a new prefix are renamed together', () => {
  const list = (prefix: string): string =>
    `enum { CMD_INVALID, ${['GET', 'SET', 'SCAN'].map((name) => `CMD_${prefix}_ID_${name}_MEDIA`).join(', ')} };`;
  const findings = told(list('COMMAND'), list('DEPRECATED'));
  expect(findings.map(({ rule }) => rule)).toEqual(['number-renamed']);
  expect(findings[0]?.message).toBe(
    'CMD_COMMAND_ID_GET_MEDIA (1) is now called CMD_DEPRECATED_ID_GET_MEDIA; CMD_COMMAND_ID_SET_MEDIA (2) is now called CMD_DEPRECATED_ID_SET_MEDIA; CMD_COMMAND_ID_SCAN_MEDIA (3) is now called CMD_DEPRECATED_ID_SCAN_MEDIA',
  );
});

test('a number of an enum that went to another of its names is reused, whatever they are called', () => {
  const old = 'enum attr { ATTR_UNSPEC, ATTR_NAME, ATTR_VDPA_DEV_FEATURES, ATTR_MAX };';
  const next = 'enum attr { ATTR_UNSPEC, ATTR_NAME, ATTR_BLK_CAPACITY, ATTR_MAX };';
  expect(told(old, next).map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
    'number-reused: ATTR_VDPA_DEV_FEATURES (2) is gone, and its number is now ATTR_BLK_CAPACITY',
  ]);
});

test('the end of an enum that comes down when its last name goes is no change of its own', () => {
  const old = 'enum attr { ATTR_UNSPEC, ATTR_NAME, ATTR_AMP, __ATTR_MAX };\n#define ATTR_MAX (__ATTR_MAX - 1)\n';
  const next = 'enum attr { ATTR_UNSPEC, ATTR_NAME, __ATTR_MAX };\n#define ATTR_MAX (__ATTR_MAX - 1)\n';
  expect(told(old, next).map(({ subject }) => subject)).toEqual(['enum attr.ATTR_AMP']);
});

test('an end that was worked out wrong and is put right is an end', () => {
  const list = 'enum attr { ATTR_UNSPEC, ATTR_NAME, __ATTR_MAX };\n';
  expect(told(`${list}#define ATTR_MAX (__ATTR_MAX + 1)\n`, `${list}#define ATTR_MAX (__ATTR_MAX - 1)\n`)).toEqual([]);
  expect(told(`${list}#define ATTR_MAX (__ATTR_MAX - 1)\n`, `${list}#define ATTR_MAX (__ATTR_MAX - 2)\n`)).toHaveLength(
    1,
  );
});

test('a new request that has a name for its 32-bit form needs no question', () => {
  const io =
    '#define _IOC(d, t, n, s) (((d) << 30) | ((s) << 16) | ((t) << 8) | (n))\n#define _IOR(t, n, s) _IOC(2U, t, n, sizeof(s))\n';
  const requests = '#define GETVERSION _IOR(0x66, 3, long)\n';
  const twin = '#define IOC32_GETVERSION _IOR(0x66, 3, int)\n';
  expect(told(io, io + requests, ['x86_64', 'i386']).map(({ rule }) => rule)).toEqual(['request-differs-in-32-bit']);
  expect(told(io, io + requests + twin, ['x86_64', 'i386'])).toEqual([]);
});

test('a macro that lists more at its end lists what it did', () => {
  const one = '#define NAMES { "in", "out" }\n#define LIST "in", "out"\n';
  expect(told(one, '#define NAMES { "in", "out", "more", }\n#define LIST "in", "out", "more"\n')).toEqual([]);
  expect(told(one, '#define NAMES { "in", "out" }\n#define LIST "more", "in", "out"\n')).toHaveLength(1);
});

test('the form of a request for one word size does not clash with it, whichever targets are asked', () => {
  const io =
    '#define _IOC(d, t, n, s) (((d) << 30) | ((s) << 16) | ((t) << 8) | (n))\n#define _IOW(t, n, s) _IOC(1U, t, n, sizeof(s))\n';
  const old = `${io}#define SET_NAME _IOW(0x62, 1, const char *)\n`;
  const forms =
    '#define SET_NAME_A _IOW(0x62, 1, unsigned int)\n#define SET_NAME_B _IOW(0x62, 1, unsigned long long)\n';
  for (const target of ['x86_64', 'i386'] as const) expect(told(old, old + forms, [target])).toEqual([]);
  expect(told(old, `${old}#define SET_SIZE _IOW(0x62, 1, long)\n`)).toHaveLength(1);
});
