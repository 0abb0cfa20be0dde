/**
 * Three of the kernel's KVM selftests (tools/testing/selftests/kvm/arm64), told again as scripts: what the host does, what
 * the guest has to see. The guests report through their vectors, as everywhere here; the originals use ucalls.
 *
 * The guests, in words of A64:
 *   d2a14001 mov x1, #0x0a000000   d2a12009 mov x9, #0x09000000   d2822220 mov x0, #0x1111   b9400420 ldr w0, [x1, #4]
 *   f9400020 ldr x0, [x1]          a9400820 ldp x0, x2, [x1]      d50344ff msr daifclr, #4   d538c100 mrs x0, isr_el1
 *   b9000120 str w0, [x9]          d503201f nop                   d2a10001 mov x1, #0x08000000   14000000 b .
 *   d2800402 mov x2, #0x20         d5181062 msr sctlr2_el1, x2     d5033fdf isb
 */

const seaToUser = `
test sea_to_user
needs sea
needs ras
machine sea
guest 0xd2a14001 0xd2822220 0xb9400420 0x14000000
broken 0x0a000000
run
expect ok
expect exit SEA
expect ec(sea.esr) == 0x24
expect fsc(sea.esr) & 0x3c == 0x10
expect fnv(sea.esr) == 0
expect sea.gva == 0x0a000004
expect sea.gpa == 0x0a000000
set dabt
expect ok
run
expect done == 1
expect guest.vector == 0x200
expect ec(guest.esr) == 0x25
expect fsc(guest.esr) == 0x10
expect fnv(guest.esr) == 0
expect guest.far == 0x0a000004
expect guest.x0 == 0x1111

# The syndrome says that FAR is not valid: no address for the user.
test sea_to_user_fnv
needs sea
needs ras
machine sea
guest 0xd2a14001 0xd2822220 0xb9400420 0x14000000
broken 0x0a000000 fnv
run
expect exit SEA
expect fnv(sea.esr) == 1
expect sea.gva == 0
expect sea.gpa == 0

# Without the capability the guest gets an SError, which it masks after a reset.
test sea_without_capability
needs ras
machine
guest 0xd2a14001 0xd2822220 0xb9400420 0x14000000
broken 0x0a000000
run signal
expect exit INTR
expect events.serror_pending == 1
expect events.serror_esr == 0x1000000
`;

const injectIabt = `
test inject_iabt_and_dabt
needs iabt
guest 0xd503201f 0x14000000
set iabt dabt
expect EINVAL

test inject_iabt
needs iabt
guest 0xd503201f 0x14000000
set iabt
expect ok
run
expect done == 1
expect guest.vector == 0x200
expect ec(guest.esr) == 0x21
expect fsc(guest.esr) == 0x10
expect guest.elr == 0x40000000
`;

const externalAborts = `
test mmio_abort
guest 0xd2a10001 0xd2822220 0xf9400020 0x14000000
run
expect exit MMIO
expect mmio.phys_addr == 0x8000000
expect mmio.len == 8
expect mmio.is_write == 0
set dabt
expect ok
run
expect done == 1
expect guest.vector == 0x200
expect ec(guest.esr) == 0x25
expect fsc(guest.esr) == 0x10
expect guest.elr == 0x40000008
expect guest.far == 0x8000000
expect guest.x0 == 0x1111

test mmio_nisv
guest 0xd2a10001 0xa9400820 0x14000000
run
expect ENOSYS

test mmio_nisv_abort
machine nisv
guest 0xd2a10001 0xa9400820 0x14000000
run
expect ok
expect exit NISV
expect nisv.fault_ipa == 0x8000000
set dabt
expect ok
run
expect done == 1
expect ec(guest.esr) == 0x25
expect fsc(guest.esr) == 0x10
expect guest.elr == 0x40000004

test serror
needs ras
guest 0xd50344ff 0x14000000
set serror serror_esr=0x101d1ed
expect ok
run
expect done == 1
expect guest.vector == 0x380
expect ec(guest.esr) == 0x2f
expect iss(guest.esr) == 0x101d1ed

test serror_without_ras
needs no-ras
guest 0xd50344ff 0x14000000
set serror serror_esr=0x101d1ed
expect EINVAL
set serror
expect ok
run
expect done == 1
expect guest.vector == 0x380
expect ec(guest.esr) == 0x2f

test serror_masked
guest 0xd2a12009 0xd538c100 0xb9000120 0x14000000
set serror
expect ok
run
expect exit MMIO
expect mmio.data & 0xffffffff == 0x100
expect events.serror_pending == 1

# The guest stands at a sync point with SErrors unmasked: since 6.17 KVM enters the exception itself.
test serror_emulated
needs since 6.17
guest 0xd2a12009 0xd50344ff 0xb9000120 0x14000000
run
expect exit MMIO
run immediate
set serror
expect ok
expect events.serror_pending == 0
expect pc == 0x40001380
run
expect guest.vector == 0x380
expect ec(guest.esr) == 0x2f
expect iss(guest.esr) == 0x1000000

# The guest sets SCTLR2_EL1.EASE: its aborts come through the SError vector, and say "data abort" as ever.
test mmio_ease
needs sctlr2
guest 0xd2800402 0xd5181062 0xd5033fdf 0xd2a10001 0xd2822220 0xf9400020 0x14000000
run
expect exit MMIO
expect mmio.phys_addr == 0x8000000
set dabt
expect ok
run
expect done == 1
expect guest.vector == 0x380
expect ec(guest.esr) == 0x25
expect fsc(guest.esr) == 0x10
expect guest.elr == 0x40000014
expect guest.far == 0x8000000
expect guest.x0 == 0x1111

test inject_data_abort
needs syndrome
needs ras
guest 0xd503201f 0x14000000
set dabt esr=0x1c0c700
expect ok
run
expect done == 1
expect ec(guest.esr) == 0x25
expect iss(guest.esr) == 0x1c0c710

test inject_instruction_abort
needs syndrome
needs ras
guest 0xd503201f 0x14000000
set iabt esr=0x1000600
expect ok
run
expect done == 1
expect ec(guest.esr) == 0x21
expect iss(guest.esr) == 0x1000610

test inject_invalid
needs syndrome
needs ras
guest 0xd503201f 0x14000000
set dabt esr=0x2000000
expect EINVAL
set serror serror_esr=0x2000000
expect EINVAL
set dabt iabt
expect EINVAL
expect pc == 0x40000000
expect events.serror_pending == 0
`;

/** Scripts by the names of the selftests they follow. */
export const selftests: ReadonlyMap<string, string> = new Map([
  ['sea_to_user', seaToUser],
  ['inject_iabt', injectIabt],
  ['external_aborts', externalAborts],
]);
