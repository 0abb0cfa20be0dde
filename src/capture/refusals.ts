/**
 * Why a kernel may have answered EINVAL although the bytes are sound: what depends on the processor, on the kernel's build, or
 * on capabilities that had to be enabled before. Possibilities only, since the bytes do not show any of these.
 *
 * Sources: arch/arm64/kvm/guest.c and arch/x86/kvm/x86.c (set_vcpu_events), and answers of real kernels with and without RAS.
 */

import type { InspectedField, Inspection } from '../codec/inspection.ts';

/** Sentences; none where nothing in the bytes points to a reason. */
export function possibleReasons({ descriptor, fields }: Inspection): string[] {
  if (descriptor.type === 'struct kvm_enable_cap') {
    return [
      'Possibly the kernel does not have this capability, or it cannot be switched on here or with these arguments.',
    ];
  }
  if (descriptor.type.startsWith('struct kvm_userspace_memory_region')) {
    return ['Possibly the slot holds memory of another size or place, or there is no such slot to take away.'];
  }
  if (descriptor.type === 'struct kvm_vcpu_init') {
    return [
      'Possibly the features do not go together, the host has not all of them, or they differ from those of an earlier KVM_ARM_VCPU_INIT.',
    ];
  }
  if (descriptor.type !== 'struct kvm_vcpu_events') return [];
  const values = new Map<string, bigint>();
  const visit = (field: InspectedField): void => {
    if (typeof field.value === 'bigint') values.set(field.path, field.value);
    field.children.forEach(visit);
  };
  fields.forEach(visit);
  const valueOf = (path: string): bigint => values.get(path) ?? 0n;
  const reasons: string[] = [];
  if (valueOf('exception.serror_has_esr') !== 0n && valueOf('exception.serror_pending') !== 0n) {
    reasons.push(
      'Possibly the processor lacks the RAS extension: SErrors then have no syndrome, and serror_has_esr is refused.',
    );
  }
  const flags = valueOf('flags');
  if ((flags & 0x10n) !== 0n) {
    reasons.push('KVM_VCPUEVENT_VALID_PAYLOAD is refused until KVM_CAP_EXCEPTION_PAYLOAD has been enabled.');
  }
  if ((flags & 0x20n) !== 0n) {
    reasons.push('KVM_VCPUEVENT_VALID_TRIPLE_FAULT is refused until KVM_CAP_X86_TRIPLE_FAULT_EVENT has been enabled.');
  }
  if ((flags & 0x8n) !== 0n && (valueOf('smi.smm') !== 0n || valueOf('smi.pending') !== 0n)) {
    reasons.push('KVM_VCPUEVENT_VALID_SMM is refused by a kernel that is built without system management mode.');
  }
  return reasons;
}
