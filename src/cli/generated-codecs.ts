/**
 * The codecs that uabi has generated for itself, found by the record they are for and loaded only then.
 *
 * A module is used only for a descriptor that says exactly what its own says: a record of the same name from somebody's
 * headers, or a layout file that was changed, is interpreted.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Note } from '../codec/inspection.ts';
import { decodeRecord } from '../codec/interpret-decode.ts';
import type { RecordDescriptor } from '../codec/record-descriptor.ts';
import { jsonOf } from '../codec/runtime.ts';

/** What the class of the record has in every generated module. */
export interface GeneratedCodec {
  /** The record, as C spells it; the classes of nested records have none. */
  readonly type: string;
  readonly decode: (bytes: Uint8Array) => object;
  readonly encode: (value: object) => Uint8Array;
}

interface GeneratedModule {
  readonly descriptor: RecordDescriptor;
}

const modules: Readonly<Record<string, () => Promise<GeneratedModule>>> = {
  'struct kvm_run 7.3 arm64': () => import('../generated/kvm_run.7.3.arm64.ts'),
  'struct kvm_run 7.3 x86_64': () => import('../generated/kvm_run.7.3.x86_64.ts'),
  'struct kvm_vcpu_events 2.6.33 x86_64': () => import('../generated/kvm_vcpu_events.2.6.33.x86_64.ts'),
  'struct kvm_vcpu_events 2.6.34 x86_64': () => import('../generated/kvm_vcpu_events.2.6.34.x86_64.ts'),
  'struct kvm_vcpu_events 4.2 x86_64': () => import('../generated/kvm_vcpu_events.4.2.x86_64.ts'),
  'struct kvm_vcpu_events 4.20 x86_64': () => import('../generated/kvm_vcpu_events.4.20.x86_64.ts'),
  'struct kvm_vcpu_events 6.0 x86_64': () => import('../generated/kvm_vcpu_events.6.0.x86_64.ts'),
  'struct kvm_vcpu_events excl_atom arm64': () => import('../generated/kvm_vcpu_events.excl_atom.arm64.ts'),
  'struct kvm_vcpu_events ext_abt_esr arm64': () => import('../generated/kvm_vcpu_events.ext_abt_esr.arm64.ts'),
  'struct kvm_vcpu_events ext_abt_esr_doc arm64': () => import('../generated/kvm_vcpu_events.ext_abt_esr_doc.arm64.ts'),
  'struct kvm_vcpu_events iabt arm64': () => import('../generated/kvm_vcpu_events.iabt.arm64.ts'),
  'struct kvm_vcpu_events serror arm64': () => import('../generated/kvm_vcpu_events.serror.arm64.ts'),
  'struct kvm_vcpu_events tail_esr arm64': () => import('../generated/kvm_vcpu_events.tail_esr.arm64.ts'),
  'struct kvm_vcpu_events union_esr arm64': () => import('../generated/kvm_vcpu_events.union_esr.arm64.ts'),
  'struct kvm_vcpu_events v1 arm64': () => import('../generated/kvm_vcpu_events.v1.arm64.ts'),
};

/** Names of the records there are modules for: type, variant, target. */
export const generatedRecords: readonly string[] = Object.keys(modules);

/** The generated codec of exactly this record, if there is one. */
export async function generatedCodecOf(descriptor: RecordDescriptor): Promise<GeneratedCodec | undefined> {
  const name = [descriptor.type, descriptor.variant, descriptor.target].join(' ');
  const module = Object.hasOwn(modules, name) ? await modules[name]?.() : undefined;
  if (module === undefined || !isDeepStrictEqual(module.descriptor, descriptor)) return undefined;
  return Object.values(module).find(isCodec);
}

function isCodec(exported: unknown): exported is GeneratedCodec {
  return typeof exported === 'function' && 'type' in exported && 'decode' in exported;
}

/** Whether the generated module of a record, if there is one, reads and writes these bytes as the interpreter does. */
export async function generatedOpinion(descriptor: RecordDescriptor, bytes: Uint8Array): Promise<Note[]> {
  const codec = await generatedCodecOf(descriptor);
  if (codec === undefined || bytes.length !== descriptor.sizeBytes) return [];
  const value = codec.decode(bytes);
  const readsAlike = JSON.stringify(value) === JSON.stringify(jsonOf(decodeRecord(descriptor, bytes)));
  const writesAlike = Buffer.compare(codec.encode(value), bytes) === 0;
  const note = { path: null, offsetBytes: 0, rule: 'second-opinion' } as const;
  if (readsAlike && writesAlike) {
    const message = 'The generated module reads the same values and gives the bytes back.';
    return [{ ...note, severity: 'info', message }];
  }
  const what = readsAlike ? 'writes other bytes than it read' : 'reads other values than the interpreter';
  return [{ ...note, severity: 'error', message: `The generated module ${what}.` }];
}
