/**
 * `struct kvm_run` on the four targets, release by release. The offsets were compiled with gcc from the headers of 6.12
 * (those of the members that came later from the newer headers) and are written down here a second time; s390x has two
 * more words before the union, which move everything behind them by 16.
 */

import { describe, expect, test } from 'vitest';
import { checkLayoutFile } from '../../src/abi/definition/layout-file.ts';
import { type FieldSemantics } from '../../src/abi/semantics.ts';
import { type Field } from '../../src/abi/types.ts';
import { abiOf, layoutFile, layoutText, membersOf, recordLayout } from './support.ts';

const file = layoutFile('kvm_run.json');
const targets = ['arm64', 'x86_64', 'i386', 's390x'] as const;
type Shown = (typeof targets)[number];

/** Members as `path offset[:size]`, offsets as on arm64; a line of its own where a target differs. */
const frame = `
  request_interrupt_window 0:1  immediate_exit 1:1  padding1 2:6  exit_reason 8:4  ready_for_interrupt_injection 12:1
  if_flag 13:1  flags 14:2  cr8 16:8  apic_base 24:8`;

const afterUnion = 'kvm_valid_regs 288:8  kvm_dirty_regs 296:8  s 304:2048  s.padding 304:2048  s.regs 304';

const arms = `
  hw 32:8  hw.hardware_exit_reason 32:8
  fail_entry 32:16  fail_entry.hardware_entry_failure_reason 32:8  fail_entry.cpu 40:4
  ex 32:8  ex.exception 32:4  ex.error_code 36:4
  io 32:16  io.direction 32:1  io.size 33:1  io.port 34:2  io.count 36:4  io.data_offset 40:8
  mmio 32:24  mmio.phys_addr 32:8  mmio.data 40:8  mmio.len 48:4  mmio.is_write 52:1
  hypercall 32:72  hypercall.nr 32:8  hypercall.args 40:48  hypercall.ret 88:8  hypercall.longmode 96:4
  tpr_access 32:16  tpr_access.rip 32:8  tpr_access.is_write 40:4  tpr_access.pad 44:4
  s390_sieic 32:8  s390_sieic.icptcode 32:1  s390_sieic.ipa 34:2  s390_sieic.ipb 36:4
  s390_reset_flags 32:8
  s390_ucontrol 32:16  s390_ucontrol.trans_exc_code 32:8  s390_ucontrol.pgm_code 40:4
  dcr 32:12  dcr.dcrn 32:4  dcr.data 36:4  dcr.is_write 40:1
  internal 32:136  internal.suberror 32:4  internal.ndata 36:4  internal.data 40:128
  emulation_failure 32:32  emulation_failure.flags 40:8  emulation_failure.insn_size 48:1  emulation_failure.insn_bytes 49:15
  osi 32:256  osi.gprs 32:256
  papr_hcall 32:88  papr_hcall.nr 32:8  papr_hcall.ret 40:8  papr_hcall.args 48:72
  s390_tsch 32:20  s390_tsch.subchannel_id 32:2  s390_tsch.subchannel_nr 34:2  s390_tsch.io_int_parm 36:4
  s390_tsch.io_int_word 40:4  s390_tsch.ipb 44:4  s390_tsch.dequeued 48:1
  epr 32:4  epr.epr 32:4
  system_event 32:136  system_event.type 32:4  system_event.ndata 36:4  system_event.flags 40:8  system_event.data 40:128
  s390_stsi 32:16  s390_stsi.addr 32:8  s390_stsi.ar 40:1  s390_stsi.reserved 41:1  s390_stsi.fc 42:1  s390_stsi.sel1 43:1
  s390_stsi.sel2 44:2
  eoi 32:1  eoi.vector 32:1
  hyperv 32:56  hyperv.type 32:4  hyperv.pad1 36:4  hyperv.u 40:48  hyperv.u.synic.msr 40:4  hyperv.u.synic.control 48:8
  hyperv.u.synic.evt_page 56:8  hyperv.u.synic.msg_page 64:8  hyperv.u.hcall.input 40:8  hyperv.u.hcall.result 48:8
  hyperv.u.hcall.params 56:16  hyperv.u.syndbg.msr 40:4  hyperv.u.syndbg.control 48:8  hyperv.u.syndbg.status 56:8
  hyperv.u.syndbg.send_page 64:8  hyperv.u.syndbg.recv_page 72:8  hyperv.u.syndbg.pending_page 80:8
  arm_nisv 32:16  arm_nisv.esr_iss 32:8  arm_nisv.fault_ipa 40:8
  msr 32:24  msr.error 32:1  msr.pad 33:7  msr.reason 40:4  msr.index 44:4  msr.data 48:8
  xen 32:80  xen.u.hcall.longmode 40:4  xen.u.hcall.cpl 44:4  xen.u.hcall.input 48:8  xen.u.hcall.result 56:8
  xen.u.hcall.params 64:48
  riscv_sbi 32:80  riscv_sbi.extension_id 32:8  riscv_sbi.function_id 40:8  riscv_sbi.args 48:48  riscv_sbi.ret 96:16
  riscv_csr 32:32  riscv_csr.csr_num 32:8  riscv_csr.new_value 40:8  riscv_csr.write_mask 48:8  riscv_csr.ret_value 56:8
  notify 32:4  notify.flags 32:4
  padding 32:256`;

const until61 = 'hypercall.pad 100:4';

const from612 = `
  hypercall.flags 96:8
  iocsr_io 32:24  iocsr_io.phys_addr 32:8  iocsr_io.data 40:8  iocsr_io.len 48:4  iocsr_io.is_write 52:1
  memory_fault 32:24  memory_fault.flags 32:8  memory_fault.gpa 40:8  memory_fault.size 48:8`;

const from616 = `
  tdx 32:64  tdx.flags 32:8  tdx.nr 40:8  tdx.unknown.ret 48:8  tdx.unknown.data 56:40  tdx.get_quote.ret 48:8
  tdx.get_quote.gpa 56:8  tdx.get_quote.size 64:8  tdx.get_tdvmcall_info.ret 48:8  tdx.get_tdvmcall_info.leaf 56:8
  tdx.get_tdvmcall_info.r11 64:8  tdx.get_tdvmcall_info.r12 72:8  tdx.get_tdvmcall_info.r13 80:8
  tdx.get_tdvmcall_info.r14 88:8  tdx.setup_event_notify.ret 48:8  tdx.setup_event_notify.vector 56:8`;

const seaDraft = 'arm_sea 32:32  arm_sea.esr 32:8  arm_sea.flags 40:8  arm_sea.gva 48:8  arm_sea.gpa 56:8';
const sea = 'arm_sea 32:32  arm_sea.flags 32:8  arm_sea.esr 40:8  arm_sea.gva 48:8  arm_sea.gpa 56:8';
const snp = 'snp_req_certs 32:24  snp_req_certs.gpa 32:8  snp_req_certs.npages 40:8  snp_req_certs.ret 48:8';

const versions: Record<string, string[]> = {
  '6.1': [until61],
  '6.12': [from612],
  'sea-v1': [from612, seaDraft],
  'sea-v2': [from612, seaDraft],
  '6.16': [from612, from616],
  'sea-v3': [from612, from616, sea],
  '6.19': [from612, from616, sea],
  '7.3': [from612, from616, sea, snp],
};

const debugArch: Record<Shown, string> = {
  arm64: 'debug 32:16  debug.arch.hsr 32:4  debug.arch.hsr_high 36:4  debug.arch.far 40:8',
  x86_64: 'debug 32:32  debug.arch.exception 32:4  debug.arch.pc 40:8  debug.arch.dr6 48:8  debug.arch.dr7 56:8',
  i386: 'debug 32:32  debug.arch.exception 32:4  debug.arch.pc 40:8  debug.arch.dr6 48:8  debug.arch.dr7 56:8',
  s390x: 'debug 32:16  debug.arch.addr 32:8  debug.arch.type 40:1',
};

/** The ILP32 differences: a 4-byte alignment of __u64 and a 4-byte long. */
const onI386 = `
  fail_entry 32:12  s390_ucontrol 32:12
  xen 32:76  xen.u.hcall.longmode 36:4  xen.u.hcall.cpl 40:4  xen.u.hcall.input 44:8  xen.u.hcall.result 52:8
  xen.u.hcall.params 60:48
  riscv_sbi 32:40  riscv_sbi.extension_id 32:4  riscv_sbi.function_id 36:4  riscv_sbi.args 40:24  riscv_sbi.ret 64:8
  riscv_csr 32:16  riscv_csr.csr_num 32:4  riscv_csr.new_value 36:4  riscv_csr.write_mask 40:4  riscv_csr.ret_value 44:4`;

/** Path → [offset, size or undefined]; a later part wins. */
function table(parts: readonly string[], shiftBytes: number): Map<string, [number, number | undefined]> {
  const rows = new Map<string, [number, number | undefined]>();
  for (const [, path = '', offset = '', size] of parts.join(' ').matchAll(/(\S+) (\d+)(?::(\d+))?/g)) {
    const at = Number(offset);
    rows.set(path, [at < 32 ? at : at + shiftBytes, size === undefined ? undefined : Number(size)]);
  }
  return rows;
}

function difference(
  found: Record<string, [number, number]>,
  expected: Map<string, [number, number | undefined]>,
): string[] {
  const members = new Map(Object.entries(found));
  return [...expected].flatMap(([path, [offset, size]]) => {
    const member = members.get(path);
    if (member === undefined) return [`${path} is missing`];
    const [at, bytes] = member;
    return at === offset && (size === undefined || size === bytes)
      ? []
      : [`${path} is at ${String(at)}:${String(bytes)}`];
  });
}

test('the file has no mistakes', async () => {
  expect((await checkLayoutFile(layoutText(file.fileName), file.fileName)).diagnostics).toEqual([]);
});

describe.each(targets)('on %s', (target) => {
  const shift = target === 's390x' ? 16 : 0;

  test.each(Object.keys(versions))('%s has every member where gcc puts it', (variant) => {
    const layout = recordLayout(abiOf(file, variant, target), 'struct kvm_run');
    expect(layout.sizeBytes).toBe(2352 + shift);
    const parts = [frame, arms, debugArch[target], ...(versions[variant] ?? []), afterUnion];
    if (target === 'i386') parts.push(onI386);
    expect(difference(membersOf(layout), table(parts, shift))).toEqual([]);
  });

  test('a version has the arms of its time and no others', () => {
    const armsOf = (variant: string): string[] => {
      const { record } = recordLayout(abiOf(file, variant, target), 'struct kvm_run');
      const union = record.fields.find(({ semantics }) => semantics?.union !== undefined)?.type;
      return union?.kind === 'record' ? union.fields.flatMap(({ name }) => name ?? []) : [];
    };
    const in61 = armsOf('6.1');
    expect(in61).toHaveLength(29);
    const added = (variant: string): string[] => armsOf(variant).filter((name) => !in61.includes(name));
    expect(added('6.12')).toEqual(['iocsr_io', 'memory_fault']);
    expect(added('6.16')).toEqual(['iocsr_io', 'memory_fault', 'tdx']);
    expect(added('sea-v1')).toEqual(['iocsr_io', 'memory_fault', 'arm_sea']);
    expect(added('7.3')).toEqual(['iocsr_io', 'memory_fault', 'tdx', 'arm_sea', 'snp_req_certs']);
  });
});

describe('shared registers', () => {
  test.each([
    ['arm64', 8, { device_irq_level: [0, 8] }],
    ['x86_64', 520, { regs: [0, 144], sregs: [144, 312], events: [456, 64] }],
    ['i386', 520, { regs: [0, 144], sregs: [144, 312], events: [456, 64] }],
    // Added up by hand. From the start of kvm_run (320 bytes before) riccb is at a multiple of 64 and sdnx at one of 256.
    [
      's390x',
      1984,
      { prefix: [0, 8], gprs: [8, 128], acrs: [136, 64], crs: [200, 128], riccb: [1472, 64], sdnx: [1728, 256] },
    ],
  ] as const)('on %s', (target, sizeBytes, members) => {
    const layout = recordLayout(abiOf(file, '6.12', target), 'struct kvm_sync_regs');
    expect(layout.sizeBytes).toBe(sizeBytes);
    expect(membersOf(layout)).toMatchObject(members);
  });
});

describe('the arm_sea drafts', () => {
  const constant = (variant: string, name: string) => abiOf(file, variant, 'arm64').constants.get(name)?.value;

  test.each([
    ['sea-v1', 40n, 240n, 2n, 1n],
    ['sea-v2', 40n, 242n, 2n, 1n],
    ['sea-v3', 41n, 244n, 1n, undefined],
    ['6.19', 41n, 245n, 1n, undefined],
    ['7.3', 41n, 245n, 1n, undefined],
  ])('%s has its own numbers and flags', (variant, exit, capability, gpaValid, gvaValid) => {
    expect(constant(variant, 'KVM_EXIT_ARM_SEA')).toBe(exit);
    expect(constant(variant, 'KVM_CAP_ARM_SEA_TO_USER')).toBe(capability);
    expect(constant(variant, 'KVM_EXIT_ARM_SEA_FLAG_GPA_VALID')).toBe(gpaValid);
    expect(constant(variant, 'KVM_EXIT_ARM_SEA_FLAG_GVA_VALID')).toBe(gvaValid);
  });

  test('number 40 belongs to TDX upstream', () => {
    expect(constant('6.16', 'KVM_EXIT_TDX')).toBe(40n);
    expect(constant('sea-v2', 'KVM_EXIT_TDX')).toBeUndefined();
  });
});

describe('which arm holds', () => {
  const { record } = recordLayout(abiOf(file, '7.3', 'arm64'), 'struct kvm_run');
  const union: Field | undefined = record.fields.find(({ semantics }) => semantics?.union !== undefined);
  const semantics: FieldSemantics['union'] = union?.semantics?.union;

  test('exit_reason selects it', () => {
    expect(semantics?.discriminant).toBe('exit_reason');
    expect(semantics?.padding).toBe('padding');
    const arms = new Map(semantics?.arms.map(({ field, values }) => [field, values.map(({ value }) => Number(value))]));
    expect(arms.get('mmio')).toEqual([6]);
    expect(arms.get('msr')).toEqual([29, 30]);
    expect(arms.get('arm_nisv')).toEqual([28, 42]);
    expect(arms.get('arm_sea')).toEqual([41]);
    expect(arms.get('snp_req_certs')).toEqual([43]);
  });

  test('every exit that has a payload has an arm', () => {
    const withoutPayload = [5, 7, 8, 10, 11, 16, 21, 31, 32, 33];
    const covered = new Set(semantics?.arms.flatMap(({ values }) => values.map(({ value }) => Number(value))));
    const uncovered = [...Array(44).keys()].filter((number) => !covered.has(number));
    expect(uncovered).toEqual(withoutPayload);
  });

  test('of two views of one suberror the general one comes first', () => {
    const views = semantics?.arms.filter(({ values }) => values.some(({ name }) => name === 'KVM_EXIT_INTERNAL_ERROR'));
    expect(views?.map(({ field }) => field)).toEqual(['internal', 'emulation_failure']);
  });
});
