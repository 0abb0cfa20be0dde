/**
 * The page that a virtual CPU shares with the program (`struct kvm_run`), as a tracer copied it after KVM_RUN.
 *
 * The page is never cleared. `exit_reason` and the union tell of an exit only if KVM_RUN returned one: it returns 0, or it fails
 * and says why in the page all the same (EINTR with KVM_EXIT_INTR, EFAULT or EHWPOISON with KVM_EXIT_MEMORY_FAULT;
 * Documentation/virt/kvm/api.rst, 5). After any other failure they are what was there before, but for arm64, which puts
 * KVM_EXIT_UNKNOWN there before it runs the guest.
 */

import { counted } from '../diagnostic.ts';
import type { Note } from '../codec/inspection.ts';
import type { CapturedCall } from './call.ts';
import type { Reading } from './reading.ts';
import { readLeastOdd, type RecordVersions } from './version-choice.ts';

const exitInterrupted = 10n;
const exitMemoryFault = 39n;

/** Reads a copied page; `run` is the KVM_RUN it was copied after, where that is known. */
export function readRunPage(versions: RecordVersions, bytes: Uint8Array, run: CapturedCall | undefined): Reading {
  const reading = readLeastOdd(versions, bytes);
  const reason = reading.inspection.fields.find(({ path }) => path === 'exit_reason');
  const failure = run?.errno;
  const isNoExit = failure !== undefined && typeof reason?.value === 'bigint' && !isExit(failure, reason.value);
  const notes = reading.notes
    .filter(({ rule }) => !(isNoExit && rule === 'left-over-bytes'))
    .map((note): Note => {
      if (note.rule !== 'missing-bytes') return note;
      // A tracer keeps the part of the page that an exit writes; that is no damage.
      const message = `The capture holds the first ${counted(bytes.length, 'byte')} of the page.`;
      return { ...note, severity: 'info', rule: 'first-bytes', message };
    });
  if (!isNoExit) return { ...reading, notes };
  const set =
    reason.value === 0n && failure !== 'ENOEXEC'
      ? ' (0 may also be what the kernel puts there before it runs the guest)'
      : '';
  const noExit: Note = {
    severity: 'info',
    path: 'exit_reason',
    offsetBytes: 8,
    rule: 'no-exit',
    message: `KVM_RUN failed with ${failure}: the guest did not exit. exit_reason${set} and the union behind it hold what was there before.`,
  };
  return { ...reading, notes: [noExit, ...notes] };
}

function isExit(errno: string, reason: bigint): boolean {
  if (errno === 'EINTR') return reason === exitInterrupted;
  return (errno === 'EFAULT' || errno === 'EHWPOISON') && reason === exitMemoryFault;
}
